import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { Pool } from '../pool/pool.ts';
import type { Conflict } from '../records/claims.ts';
import type { Matches } from '../records/matches.ts';
import type { Tickets } from '../records/tickets.ts';

export interface ClaimStores {
  readonly tickets: Tickets;
  readonly matches: Pick<Matches, 'giveUpLost'>;
  readonly pool: Pick<Pool, 'decided'>;
}

/** Matches that came second for one of their tickets, and those with a claim that the record refuses. */
export interface Unclaimed {
  readonly taken: ReadonlySet<string>;
  readonly refused: ReadonlyMap<string, string>;
}

/**
 * Claims the tickets of matches. A ticket that a lost match holds, one that is neither stored nor in the outbox, is taken over:
 * that match is FAILED first.
 */
export async function claimTickets(
  decided: readonly CommittedMatch[],
  now: Date,
  stores: ClaimStores,
): Promise<Unclaimed> {
  const { conflicts, refused } = await stores.tickets.claim(decided, now);
  const remaining = conflicts.length > 0 ? await takeFromLost(conflicts, decided, now, stores) : [];
  return { taken: new Set(remaining.map((it) => it.matchId)), refused };
}

/** Returns the conflicts that remain. */
async function takeFromLost(
  conflicts: readonly Conflict[],
  decided: readonly CommittedMatch[],
  now: Date,
  { tickets, matches, pool }: ClaimStores,
): Promise<Conflict[]> {
  const finders = new Map(decided.map((match) => [match.matchId, match]));
  const holders = new Map(conflicts.map((it) => [it.holder, finders.get(it.matchId)]));
  // First the outbox, then the record: a match that is settled in between is seen in the record.
  for (const { matchId } of await pool.decided([...holders.keys()])) holders.delete(matchId);
  const gone = [...holders].flatMap(([_id, finder]) =>
    finder ? [{ ...finder, _id, rule_set: finder.ruleSet }] : [],
  );
  const lost = gone.length > 0 ? await matches.giveUpLost(gone, now) : new Set<string>();
  const movable = conflicts.filter((it) => lost.has(it.holder));
  const overtaken = await tickets.takeOver(movable, decided, now);
  return [...conflicts.filter((it) => !lost.has(it.holder)), ...overtaken];
}
