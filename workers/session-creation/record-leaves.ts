import type { Pool } from '../pool/pool.ts';
import { joined } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';

export interface LeaveStores {
  readonly matches: Matches;
  readonly pool: Pick<Pool, 'matches'>;
}

/** How long (ms) a leave waits until its match is settled. */
export const leaveWaitMs = 1_000;

/**
 * Has the record follow players who are out of a live match; it bears being told again. A match that went on
 * meanwhile took them along, unless they joined that one anew. `waiting`: one of the matches is not settled,
 * so it may not be stored yet; tell it again.
 */
export async function recordLeaves(
  matchId: string,
  playerIds: readonly string[],
  stores: LeaveStores,
): Promise<'noted' | 'waiting'> {
  const { matches, pool } = stores;
  if ((await pool.matches.decided([matchId])).length > 0) return 'waiting';
  const match = await matches.leave(matchId, playerIds);
  if (!match) return 'noted';
  const { succeeded_by: successor } = match;
  if (successor === undefined) return 'noted';
  const current = await matches.current([matchId], pool.matches.decided, new Date());
  if (current.get(matchId) === matchId) return 'noted';
  if ((await pool.matches.decided([successor])).length > 0) return 'waiting';
  const next = (await matches.find([successor])).get(successor);
  const seated = new Set(next?.teams.flatMap((team) => team.playerIds));
  const carried = playerIds.filter((id) => next && seated.has(id) && !joined(next).has(id));
  return carried.length > 0 ? recordLeaves(successor, carried, stores) : 'noted';
}
