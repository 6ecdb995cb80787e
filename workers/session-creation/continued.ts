import {
  type AutomaticBackfill,
  automaticBackfill,
  type BackfilledMatch,
} from '../../jobs/matchmaking/backfill.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { Configurations } from '../pool/configurations.ts';
import type { Matches, MatchRecord } from '../records/matches.ts';

/** Of backfilled matches by id: the match each goes on from, where the fleet knows it; `over` when that is over. */
export type Continued = ReadonlyMap<string, MatchRecord | 'over'>;

/** Lets the matches that backfilled ones go on from end in them. */
export async function continueMatches(
  decided: readonly CommittedMatch[],
  matches: Pick<Matches, 'succeed'>,
): Promise<Continued> {
  const continued = new Map<string, MatchRecord | 'over'>();
  for (const { matchId, backfill } of decided) {
    const from = backfill && (await matches.succeed(backfill.matchId, matchId));
    if (from) continued.set(matchId, from);
  }
  return continued;
}

/**
 * The backfill ticket a match that starts below its maximum gets, where its configuration is `AUTOMATIC`. `version`: of the
 * configuration in force, when the caller knows it.
 */
export async function backfillOf(
  match: BackfilledMatch & Pick<CommittedMatch, 'configuration'>,
  left: readonly string[],
  configurations: Configurations,
  version?: number,
): Promise<AutomaticBackfill | undefined> {
  const current = await configurations.current(match.configuration, version);
  return current && automaticBackfill(current.installed.configuration, current.ruleSet, match, left);
}
