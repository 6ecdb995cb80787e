import type { Configurations } from '../pool/configurations.ts';
import type { Pool } from '../pool/pool.ts';
import type { Matches } from '../records/matches.ts';
import { backfillOf } from './continued.ts';

export interface LeaveStores {
  readonly matches: Matches;
  readonly pool: Pick<Pool, 'decided' | 'leave'>;
  readonly installed: Configurations;
}

/**
 * Takes players out of a running match: first out of the record, then out of the backfill ticket that lists them. A match
 * that has none gets one where its configuration is `AUTOMATIC`. Each step bears being done again, and a repeat does both.
 */
export async function leaveMatch(
  matchId: string,
  playerIds: readonly string[],
  { matches, pool, installed }: LeaveStores,
): Promise<void> {
  const match = await matches.leave(matchId, playerIds);
  if (!match) return;
  const running = match.result === undefined && match.succeeded_by === undefined;
  const automatic = running
    ? await backfillOf({ ...match, matchId }, match.left ?? [], installed)
    : undefined;
  await pool.leave(matchId, match.configuration, playerIds, automatic);
}
