import type { ClientSession } from 'mongodb';
import { coalesce } from '../../jobs/coalesce.ts';
import { done, refusalsOf } from '../../jobs/contract.ts';
import {
  newcomer,
  type Rating,
  rateMatch,
  resultProblem,
  sameResult,
  visibleRating,
} from '../../jobs/rating-update/rating.ts';
import { type MatchResult, updateRatings } from '../../jobs/rating-update/update-ratings.ts';
import type { Handler } from '../handler.ts';
import type { Database } from '../records/database.ts';
import type { Matches, MatchRecord } from '../records/matches.ts';
import { defaultLadder, type Players } from '../records/players.ts';
import type { RatingChange, RatingChanges } from '../records/rating-changes.ts';
import type { Sessions } from '../records/sessions.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface RatingStores {
  readonly database: Database;
  readonly players: Players;
  readonly matches: Matches;
  readonly changes: RatingChanges;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  /** Called once per player whose rating this job changed. */
  readonly onRated: (playerId: string, rating: number) => void;
}

/** One transaction at a time per process: two would collide on shared players, and what waits shares the next. */
const batch = { maxItems: updateRatings.limit, inFlight: 1, schedule: setImmediate };

/** Rates matches; results of concurrently running jobs share a transaction. */
export const rateMatches = (stores: RatingStores): Handler<MatchResult> => {
  const rateOne = coalesce({
    ...batch,
    send: (results: readonly MatchResult[]) => rateBatch(results, stores),
  });
  return async (results) => done(undefined, refusalsOf(await Promise.all(results.map(rateOne))));
};

/**
 * One transaction reads the players, computes in the order given and writes players, changes and results together, so
 * a result is either rated whole or not at all. A repeat finds the result there and only makes sure that caches and
 * sessions know. Returns per result why it was refused, if it was.
 */
async function rateBatch(
  results: readonly MatchResult[],
  stores: RatingStores,
): Promise<(string | undefined)[]> {
  const found = await stores.matches.find(results.map((result) => result.matchId));
  const accepted: MatchResult[] = [];
  const reasons = results.map((result) => {
    const reason = problem(found.get(result.matchId), result, accepted);
    if (!reason && !accepted.some((other) => other.matchId === result.matchId)) accepted.push(result);
    return reason;
  });
  if (accepted.length === 0) return reasons;

  const now = new Date();
  const changes = await stores.database.client.withSession((session) =>
    session.withTransaction(() => rateAll(accepted, stores, now, session), {
      readPreference: 'primary',
      readConcern: { level: 'snapshot' },
      writeConcern: { w: 'majority' },
    }),
  );
  for (const { ladder, playerId, after } of changes)
    if (ladder === defaultLadder) stores.onRated(playerId, visibleRating(after));
  await spread(accepted, found, stores, now);
  return reasons;
}

function problem(
  match: MatchRecord | undefined,
  result: MatchResult,
  accepted: readonly MatchResult[],
): string | undefined {
  if (!match) return `matchId: there is no match ${result.matchId}`;
  if (match.status === 'FAILED') return `matchId: match ${result.matchId} failed and was never played`;
  const mismatch = resultProblem(match, result);
  if (mismatch) return mismatch;
  const earlier = match.result
    ? { matchId: result.matchId, teams: match.result }
    : accepted.find((other) => other.matchId === result.matchId);
  if (earlier && !sameResult(earlier, result))
    return `matchId: match ${result.matchId} already has another result`;
  return undefined;
}

/** The transaction's work; run again from the start when it conflicts with another. */
async function rateAll(
  results: readonly MatchResult[],
  stores: RatingStores,
  now: Date,
  session: ClientSession,
) {
  const matches = await stores.matches.find(
    results.map((result) => result.matchId),
    session,
  );
  const open = results.flatMap((result) => {
    const match = matches.get(result.matchId);
    return match && !match.result ? [{ result, match }] : [];
  });
  if (open.length === 0) return [];
  const playerIds = [...new Set(open.flatMap(({ match }) => match.teams.flatMap((team) => team.playerIds)))];
  const records = await stores.players.find(playerIds, session);
  const before = (ladder: string, playerId: string) => records.get(playerId)?.ratings[ladder] ?? newcomer;

  const latest = new Map<string, { ladder: string; playerId: string; before: Rating; after: Rating }>();
  const games = new Map<string, number>();
  const changes: RatingChange[] = [];
  for (const { match, result } of open) {
    const { ladder } = match;
    const current = (playerId: string) =>
      latest.get(`${ladder}/${playerId}`)?.after ?? before(ladder, playerId);
    for (const [playerId, after] of rate(match, result, current)) {
      changes.push({ ladder, matchId: match._id, playerId, before: current(playerId), after });
      latest.set(`${ladder}/${playerId}`, { ladder, playerId, before: before(ladder, playerId), after });
      games.set(playerId, (games.get(playerId) ?? 0) + 1);
    }
  }
  for (const ladder of new Set(changes.map((change) => change.ladder))) {
    const moves = [...latest.values()].filter((move) => move.ladder === ladder);
    await stores.players.move(ladder, moves, games, now, session);
    for (const { playerId } of moves) games.delete(playerId);
  }
  await stores.changes.insert(changes, now, session);
  await stores.matches.finish(
    open.map(({ result }) => result),
    now,
    session,
  );
  return changes;
}

function rate(
  match: MatchRecord,
  result: MatchResult,
  current: (playerId: string) => Rating,
): Map<string, Rating> {
  const placed = result.teams.map((team) => ({
    team,
    players: (match.teams.find((it) => it.name === team.name)?.playerIds ?? []).map((playerId) => ({
      playerId,
      rating: current(playerId),
    })),
  }));
  const score = placed.flatMap(({ team }) => ('score' in team ? [team.score] : []));
  const rank = placed.flatMap(({ team }) => ('rank' in team ? [team.rank] : []));
  return rateMatch(placed, score.length > 0 ? { score } : { rank });
}

/** Tells the session cache and opens the players' sessions again; done from the stored ratings, so a repeat may do it. */
async function spread(
  results: readonly MatchResult[],
  matches: ReadonlyMap<string, MatchRecord>,
  stores: RatingStores,
  now: Date,
) {
  const playerIds = results.flatMap(
    (result) => matches.get(result.matchId)?.teams.flatMap((team) => team.playerIds) ?? [],
  );
  const players = await stores.players.find([...new Set(playerIds)]);
  const ratings = [...players.values()].map((player) => ({
    playerId: player._id,
    rating: player.profile.current_rating,
    version: player.ratings[defaultLadder]?.version ?? 0,
  }));
  await stores.cache.putRatings(ratings);
  const released = await stores.sessions.release(
    results.map((result) => result.matchId),
    new Map(ratings.map(({ playerId, rating }) => [playerId, rating])),
    now,
  );
  await stores.cache.putSessions(released);
}
