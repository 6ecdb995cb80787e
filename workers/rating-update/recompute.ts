import type { ClientSession } from 'mongodb';
import { done, later } from '../../jobs/contract.ts';
import { recomputeChunk } from '../../jobs/rating-update/correct-result.ts';
import { rateInOrder } from '../../jobs/rating-update/rate-in-order.ts';
import type { Rating } from '../../jobs/rating-update/rating.ts';
import type { RecomputeItem } from '../../jobs/rating-update/recompute.ts';
import { resetSeason } from '../../jobs/rating-update/reset-season.ts';
import type { Queues } from '../enqueue.ts';
import type { Handler } from '../handler.ts';
import { inTransaction } from '../records/database.ts';
import type { LadderRecord, Recompute } from '../records/ladders.ts';
import { type MatchRecord, playedTeams } from '../records/matches.ts';
import { type PlayerRecord, ratingOn } from '../records/players.ts';
import type { RatingChangeRecord } from '../records/rating-changes.ts';
import type { RatingStores } from './update-ratings.ts';
import { cacheRatings, playersOf, writeRated } from './write-rated.ts';

export type RecomputeStores = Omit<RatingStores, 'onRated' | 'pool'>;

/** How long (ms) one job goes on before it yields, well within its time. */
const turnMs = 10_000;

/**
 * Rates a ladder's matches again, chunk by chunk: each is one transaction that also moves the place where the next begins,
 * and is told to the cache at the beginning of the next. Whoever dies wherever, and however many run at once, each match is
 * rated again once. While it runs, a player's rating may be seen on its way.
 */
export const recomputeLadder =
  (stores: RecomputeStores, { enqueue }: Pick<Queues, 'enqueue'>): Handler<RecomputeItem> =>
  async ([item], { signal }) => {
    if (!item) return done();
    const { ladder: name, revision } = item;
    for (const until = Date.now() + turnMs; Date.now() < until && !signal.aborted; ) {
      const ladder = (await stores.ladders.read([name])).get(name);
      if (ladder?.recompute?.revision !== revision) return done();
      await tellCache(name, ladder.recompute, stores);
      if (ladder.recompute.next)
        await inTransaction(stores.database, (session) => replay(name, stores, session));
      else {
        // Who did not play in the running season was left in an earlier one: the season is brought to them again.
        const { season } = ladder;
        if (season > 0) await enqueue({ job: resetSeason, items: [{ ladder: name, season, after: '' }] });
        await inTransaction(stores.database, (session) => stores.ladders.open(name, revision, session));
      }
    }
    return later(1, 'there are more matches to rate again');
  };

async function tellCache(ladder: string, { previous }: Recompute, stores: RecomputeStores): Promise<void> {
  if (previous) await cacheRatings(await stores.matches.ratedFrom(ladder, previous, recomputeChunk), stores);
}

async function replay(name: string, stores: RecomputeStores, session: ClientSession): Promise<void> {
  const { ladders, matches, players, changes } = stores;
  const ladder = (await ladders.read([name], session)).get(name);
  const { recompute: seen } = ladder ?? {};
  if (!ladder || !seen?.next) return;
  const found = await matches.ratedFrom(name, seen.next, recomputeChunk + 1, session);
  const chunk = found.slice(0, recomputeChunk);
  const following = found[recomputeChunk];
  const earlier = await changes.latest(
    name,
    chunk.map((match) => match._id),
    session,
  );
  const before = ratingsBefore(chunk, await players.find(playersOf(chunk), session), earlier, ladder);
  const rated = rateInOrder(chunk.flatMap(asPlayed), (playerId) => before.get(playerId), ladder);
  const now = new Date();
  await writeRated(
    [{ ladder: name, matches: rated }],
    { games: false, revision: seen.revision },
    stores,
    now,
    session,
  );
  const next = following && { at: following.ladder_time ?? 0, matchId: following._id };
  await ladders.advance(
    name,
    seen,
    { revision: seen.revision, replayed: seen.replayed + chunk.length, previous: seen.next, next },
    session,
  );
}

/**
 * Where each player of a chunk starts: whoever this recompute rated again, from there; the others from what stood before
 * their first match in it, the first that a changed result can reach.
 */
function ratingsBefore(
  chunk: readonly MatchRecord[],
  players: ReadonlyMap<string, PlayerRecord>,
  earlier: ReadonlyMap<string, RatingChangeRecord>,
  { ladder, recompute: running }: LadderRecord,
): Map<string, Rating> {
  const ratings = new Map<string, Rating>();
  for (const match of chunk)
    for (const playerId of playedTeams(match).flatMap((team) => team.playerIds)) {
      const player = players.get(playerId);
      const current = ratingOn(player, ladder);
      if (ratings.has(playerId) || !current) continue;
      const reached = player?.recomputed?.[ladder] === running?.revision;
      const before = reached ? current : earlier.get(`${match._id} ${playerId}`)?.before;
      // Its version goes on from the current one, so that the cache takes what comes.
      if (before) ratings.set(playerId, { ...before, version: current.version });
    }
  return ratings;
}

function asPlayed(match: MatchRecord) {
  const { _id, now, result, ladder_time: at, season } = match;
  if (!result || at === undefined || season === undefined) return [];
  return [{ matchId: _id, committedAt: now, teams: playedTeams(match), result, moment: { at, season } }];
}
