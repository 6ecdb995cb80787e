import type { SearchingTicket } from '../../ticket/ticket.ts';
import type { Engine } from './engine.ts';
import type { Pass } from './match.ts';
import { MatchPool } from './pool.ts';

export type { FormedMatch, Pass } from './match.ts';

/**
 * One pass over a whole pool, from nothing: tickets in sequence order, `now` in ms. The same input gives the
 * same matches. `budget` bounds the steps of the pass (one ticket tried on one team); a worker that cycles a
 * pool keeps a `MatchPool` instead, whose passes cost what changed.
 */
export function formMatches(
  engine: Engine,
  tickets: readonly SearchingTicket[],
  now: number,
  seed: number,
  budget?: number,
): Pass {
  const pool = new MatchPool(engine);
  for (const ticket of tickets) pool.add(ticket);
  return pool.pass(now, seed, budget);
}
