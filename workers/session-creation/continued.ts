import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Pool } from '../pool/pool.ts';
import type { MatchRecord } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';

interface ContinueStores {
  readonly matches: Pick<Matches, 'succeed' | 'current'>;
  readonly pool: Pick<Pool, 'matches'>;
}

/**
 * Of backfilled matches by id: the match each goes on from, where the fleet knows it; `over` when that is
 * over.
 */
export type Continued = ReadonlyMap<string, MatchRecord | 'over'>;

/** Lets the matches that backfilled ones go on from end in them. */
export async function continueMatches(
  decided: readonly CommittedMatch[],
  { matches, pool }: ContinueStores,
  now: Date,
): Promise<Continued> {
  const continued = new Map<string, MatchRecord | 'over'>();
  for (const { matchId, backfill } of decided) {
    if (!backfill) continue;
    let from = await matches.succeed(backfill.matchId, matchId);
    // It may have gone on as a match that was lost since.
    const isFree = async () =>
      (await matches.current([backfill.matchId], pool.matches.decided, now)).get(backfill.matchId) ===
      backfill.matchId;
    if (from === 'over' && (await isFree())) from = await matches.succeed(backfill.matchId, matchId);
    if (from) continued.set(matchId, from);
  }
  return continued;
}
