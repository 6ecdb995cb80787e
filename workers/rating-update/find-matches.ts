import { type MatchResult, resultProblem, type StoredResult, sameResult } from '../../jobs/ladder/result.ts';
import type { Pool } from '../pool/pool.ts';
import { type MatchRecord, playedTeams } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';
import type { RatingChanges } from '../records/rating-changes.ts';

export interface MatchStores {
  readonly matches: Matches;
  readonly changes: RatingChanges;
  /** Knows which matches wait for their effect. */
  readonly pool: Pick<Pool, 'matches'>;
}

export interface FoundMatches {
  /** The results, each of the match that the reported one has gone on as. */
  readonly results: readonly MatchResult[];
  readonly found: ReadonlyMap<string, MatchRecord>;
  /** Matches that wait in the outbox for their effect. */
  readonly waiting: ReadonlySet<string>;
}

/**
 * Results with their matches as stored. A result of a match that was backfilled is one of the match it has
 * gone on as.
 */
export async function findMatches(
  reported: readonly MatchResult[],
  { matches, pool }: Pick<MatchStores, 'matches' | 'pool'>,
  now: Date,
): Promise<FoundMatches> {
  const asked = await matches.find(reported.map((result) => result.matchId));
  const moved = [...asked.values()].filter((match) => match.succeeded_by).map((match) => match._id);
  const current =
    moved.length > 0 ? await matches.current(moved, pool.matches.decided, now) : new Map<string, string>();
  const results = reported.map((result) => ({
    ...result,
    matchId: current.get(result.matchId) ?? result.matchId,
  }));
  const found = moved.length > 0 ? await matches.find(results.map((it) => it.matchId)) : asked;
  const missing = results.map((it) => it.matchId).filter((id) => !found.has(id));
  const waiting = new Set((await pool.matches.decided(missing)).map((it) => it.matchId));
  return { results, found, waiting };
}

/** Per match the results that corrections have replaced: a late duplicate of such a report is a duplicate. */
export async function replacedResults(
  matches: readonly MatchRecord[],
  { changes }: Pick<MatchStores, 'changes'>,
): Promise<Map<string, StoredResult[]>> {
  const finished = matches.filter((match) => match.result).map((match) => match._id);
  if (finished.length === 0) return new Map();
  const corrections = await changes.corrections(finished);
  return new Map(
    [...corrections].map(([id, all]) => [id, all.flatMap(({ replaced, result }) => [replaced, result])]),
  );
}

/**
 * Why a result cannot be its match's, or `undefined` when it can. `known`: results that the match has or had.
 */
export function whyNot(
  match: MatchRecord,
  result: MatchResult,
  known: readonly (StoredResult | undefined)[],
): string | undefined {
  if (match.status === 'FAILED') return `matchId: match ${result.matchId} failed and was never played`;
  const mismatch = resultProblem({ teams: playedTeams(match) }, result);
  if (mismatch) return mismatch;
  const earlier = known.filter((it) => it !== undefined);
  return earlier.length > 0 && !earlier.some((it) => sameResult(it, result))
    ? `matchId: match ${result.matchId} already has another result`
    : undefined;
}

export const playersOf = (matches: readonly MatchRecord[]): string[] => [
  ...new Set(matches.flatMap((match) => playedTeams(match).flatMap((team) => team.playerIds))),
];
