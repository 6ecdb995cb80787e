import type { ClientSession } from 'mongodb';
import { done, later, refusalsOf } from '../../jobs/contract.ts';
import type { MatchEnding } from '../../jobs/matchmaking/ticket-calls.ts';
import { defaultLadder } from '../../jobs/rating-update/ladder.ts';
import { byCommit, type RatedMatch, rateInOrder } from '../../jobs/rating-update/rate-in-order.ts';
import { visibleRating } from '../../jobs/rating-update/rating.ts';
import { type MatchResult, resultProblem, sameResult } from '../../jobs/rating-update/result.ts';
import { updateRatings } from '../../jobs/rating-update/update-ratings.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import { type Database, inTransaction } from '../records/database.ts';
import type { LadderRecord, Ladders } from '../records/ladders.ts';
import { type Matches, type MatchRecord, playedTeams } from '../records/matches.ts';
import { type Players, ratingOn } from '../records/players.ts';
import type { RatingChanges } from '../records/rating-changes.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { batched } from '../telemetry/batched.ts';
import { serveTickets } from '../telemetry/serve-tickets.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { inTurn } from './in-turn.ts';
import { cacheRatings, playersOf, writeRated } from './write-rated.ts';

export interface RatingStores {
  readonly database: Database;
  readonly ladders: Ladders;
  readonly players: Players;
  readonly matches: Matches;
  readonly changes: RatingChanges;
  readonly cache: SessionCache;
  readonly tracer: Tracer;
  /** Knows which matches are live, and which wait for their effect. */
  readonly pool: Pick<Pool, 'decided' | 'endMatches'>;
  /** Called once per player and match that was rated on the default ladder, with the visible rating it led to. */
  readonly onRated: (playerId: string, rating: number) => void;
}

/** One transaction at a time per process: two would wait for each other's players, and what waits shares the next. */
const batch = { maxItems: updateRatings.limit, inFlight: 1, schedule: setImmediate };

/** How long (ms) a result waits before it looks again for its match, or for the end of its ladder's recompute. */
const waitMs = 1_000;

/** What became of a result. `waiting`: its match waits for its effect, or its ladder is being recomputed. */
type Verdict = 'rated' | 'waiting' | { readonly refused: string };

/** Rates matches; results of concurrently running jobs share a transaction. */
export const rateMatches = (stores: RatingStores): Handler<MatchResult> => {
  const rateOne = batched(stores.tracer, {
    ...batch,
    send: (results: readonly MatchResult[]) => rateBatch(results, stores),
  });
  return async (results) => {
    const verdicts = await Promise.all(results.map(rateOne));
    if (verdicts.includes('waiting'))
      return later(
        waitMs,
        'the match has not started yet, or its ladder is being recomputed after a correction',
      );
    return done(
      undefined,
      refusalsOf(verdicts.map((it) => (typeof it === 'object' ? it.refused : undefined))),
    );
  };
};

/**
 * One transaction reads the players, computes in order of commit and writes players, changes and results together, so a
 * result is either rated whole or not at all. A repeat finds the result there and only makes sure that the cache knows.
 */
async function rateBatch(reported: readonly MatchResult[], stores: RatingStores): Promise<Verdict[]> {
  const now = new Date();
  const { results, found, coming } = await findMatches(reported, stores, now);
  for (const { _id, configuration, tickets } of found.values())
    serveTickets(stores.tracer, { matchId: _id, configuration, tickets });
  const accepted = new Map<string, MatchResult>();
  const reasons = results.map((result) => {
    const reason = problem(found.get(result.matchId), result, accepted.get(result.matchId));
    if (!reason) accepted.set(result.matchId, result);
    return reason;
  });

  const { rated, waiting } = await rateAccepted([...accepted.values()], found, stores, now);
  for (const { ladder, matches } of rated)
    if (ladder === defaultLadder)
      for (const { playerId, after } of matches.flatMap((match) => match.changes))
        stores.onRated(playerId, visibleRating(after));
  const over = [...accepted.keys()].filter((id) => !waiting.has(id));
  await cacheRatings(
    over.flatMap((id) => found.get(id) ?? []),
    stores,
  );
  const ended = new Set(rated.flatMap((it) => it.matches.map(({ match }) => match.matchId)));
  const overtaken = [...accepted.keys()].filter(
    (id) => !ended.has(id) && !waiting.has(id) && !found.get(id)?.result,
  );
  const byAnother = overtaken.length > 0 ? await stores.matches.find(overtaken) : found;
  return results.map((result, index) => {
    const { matchId } = result;
    if (coming.has(matchId)) return 'waiting';
    // Another worker may have rated the match between our two looks at it, by another result.
    const match = byAnother.get(matchId);
    const reason = reasons[index] ?? (match && problem(match, result, undefined));
    if (reason) return { refused: reason };
    return waiting.has(matchId) ? 'waiting' : 'rated';
  });
}

interface Found {
  readonly results: readonly MatchResult[];
  readonly found: ReadonlyMap<string, MatchRecord>;
  readonly coming: ReadonlySet<string>;
}

/**
 * Results with their matches as stored, none of them live any more, and the ids of those that wait in the outbox for their
 * effect. A result of a match that was backfilled is one of the match it has gone on as.
 */
async function findMatches(
  reported: readonly MatchResult[],
  stores: Pick<RatingStores, 'matches' | 'pool'>,
  now: Date,
): Promise<Found> {
  const { matches, pool } = stores;
  const reportedIds = reported.map((result) => result.matchId);
  const endings = await pool.endMatches(reportedIds);
  const asked = await matches.find(reportedIds);
  const moved = [...asked.values()].filter((match) => match.succeeded_by).map((match) => match._id);
  const current =
    moved.length > 0 ? await matches.current(moved, pool.decided, now) : new Map<string, string>();
  const results = reported.map((result) => ({
    ...result,
    matchId: current.get(result.matchId) ?? result.matchId,
  }));
  const matchIds = results.map((result) => result.matchId);
  const moving = [...new Set(current.values())];
  const more = await pool.endMatches(moving);
  const coming = new Set([
    ...matchIds.filter((_, index) => isComing(endings[index])),
    ...moving.filter((_, index) => isComing(more[index])),
  ]);
  const stored = moved.length > 0 ? await matches.find(matchIds) : asked;
  return { results, found: new Map([...stored].filter(([id]) => !coming.has(id))), coming };
}

/** It may not be stored yet, or it may go on as a match of which that is so. */
const isComing = (ending: MatchEnding | undefined): boolean => ending === 'placing' || ending === 'going-on';

function problem(
  match: MatchRecord | undefined,
  result: MatchResult,
  accepted: MatchResult | undefined,
): string | undefined {
  if (!match) return `matchId: there is no match ${result.matchId}`;
  if (match.status === 'FAILED') return `matchId: match ${result.matchId} failed and was never played`;
  const mismatch = resultProblem({ teams: playedTeams(match) }, result);
  if (mismatch) return mismatch;
  // A late duplicate of a report that was corrected since is still a duplicate.
  const known = [match.result, ...(match.corrections ?? []).map((it) => it.replaced), accepted];
  const earlier = known.filter((it) => it !== undefined);
  return earlier.length > 0 && !earlier.some((it) => sameResult(it, result))
    ? `matchId: match ${result.matchId} already has another result`
    : undefined;
}

interface Rated {
  readonly rated: readonly { readonly ladder: string; readonly matches: readonly RatedMatch[] }[];
  /** Ids of matches whose ladder is closed. */
  readonly waiting: ReadonlySet<string>;
}

async function rateAccepted(
  results: readonly MatchResult[],
  found: ReadonlyMap<string, MatchRecord>,
  stores: RatingStores,
  now: Date,
): Promise<Rated> {
  if (results.length === 0) return { rated: [], waiting: new Set() };
  const matches = results.flatMap(({ matchId }) => found.get(matchId) ?? []);
  const ladders = [...new Set(matches.map((it) => it.ladder))];
  await stores.ladders.ensure(ladders);
  return inTurn(stores.cache, playersOf(matches), () =>
    inTransaction(stores.database, (session) => rateAll(results, ladders, stores, now, session)),
  );
}

/** The transaction's work; run again from the start when it conflicts with another. */
async function rateAll(
  results: readonly MatchResult[],
  names: readonly string[],
  stores: RatingStores,
  now: Date,
  session: ClientSession,
): Promise<Rated> {
  const matches = await stores.matches.find(
    results.map((result) => result.matchId),
    session,
  );
  const open = results.flatMap(({ matchId, ...result }) => {
    const match = matches.get(matchId);
    return match && !match.result && !match.succeeded_by ? [{ match, result }] : [];
  });
  const byLadder = Map.groupBy(open, ({ match }) => match.ladder);
  // Backfilled since we looked: the result is the successor's.
  const waiting = new Set([...matches.values()].flatMap((it) => (it.succeeded_by ? [it._id] : [])));
  const rated: { ladder: string; matches: RatedMatch[] }[] = [];
  for (const name of names) {
    const mine = byLadder.get(name) ?? [];
    const ladder = mine.length > 0 ? await stores.ladders.pass(name, session) : undefined;
    if (ladder) rated.push({ ladder: name, matches: await rateLadder(ladder, mine, stores, session) });
    else for (const { match } of mine) waiting.add(match._id);
  }
  if (rated.length === 0) return { rated, waiting };
  await writeRated(rated, { games: true }, stores, now, session);
  await stores.matches.finish(
    rated.flatMap((it) => it.matches),
    now,
    session,
  );
  return { rated, waiting };
}

async function rateLadder(
  ladder: LadderRecord,
  played: readonly { readonly match: MatchRecord; readonly result: Omit<MatchResult, 'matchId'> }[],
  stores: RatingStores,
  session: ClientSession,
): Promise<RatedMatch[]> {
  const players = await stores.players.find(playersOf(played.map((it) => it.match)), session);
  const inOrder = played
    .map(({ match, result }) => ({
      matchId: match._id,
      committedAt: match.now,
      teams: playedTeams(match),
      result,
    }))
    .sort(byCommit);
  return rateInOrder(inOrder, (playerId) => ratingOn(players.get(playerId), ladder.ladder), ladder);
}
