import type { ClientSession } from 'mongodb';
import { done, refused } from '../../jobs/contract.ts';
import { type Rating, ratingAt } from '../../jobs/rating-update/rating.ts';
import { type ResetSeason, resetSeason } from '../../jobs/rating-update/reset-season.ts';
import type { Queues } from '../enqueue.ts';
import type { Handler } from '../handler.ts';
import { type Database, inTransaction } from '../records/database.ts';
import type { LadderRecord, Ladders } from '../records/ladders.ts';
import { type Players, type RatingMove, ratingOn } from '../records/players.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { cachedRating } from './write-rated.ts';

export interface SeasonStores {
  readonly database: Database;
  readonly ladders: Ladders;
  readonly players: Players;
  readonly cache: SessionCache;
}

/** Players brought forward in one transaction. */
const chunk = 200;
/** How long (ms) one job goes on before another takes over where it stopped. */
const turnMs = 10_000;
const recomputeMs = 1_000;

/**
 * Starts a season and brings players forward, chunk by chunk in order of id. A rating says which season it stands in, so
 * a chunk done twice, or a player who played meanwhile, is left as it is; what a crash cut short is done by the repeat.
 */
export const startSeasons =
  (stores: SeasonStores, { enqueue }: Pick<Queues, 'enqueue'>): Handler<ResetSeason> =>
  async ([item], { signal }) => {
    if (!item) return done();
    const { ladder: name, season } = item;
    const { database, ladders } = stores;
    await ladders.ensure([name]);
    await inTransaction(database, (session) => ladders.startSeason(name, season, session));
    const ladder = (await ladders.read([name])).get(name);
    if (!ladder || ladder.season < season)
      return refused(
        `season: ladder ${name} is in season ${ladder?.season ?? 0}; only the one after it can start`,
      );

    let after: string | undefined = item.after;
    for (const until = Date.now() + turnMs; after !== undefined && Date.now() < until && !signal.aborted; ) {
      const from: string = after;
      const step = await inTransaction(database, (session) => bringForward(name, from, stores, session));
      if (step === 'closed') {
        await enqueue({
          job: resetSeason,
          items: [{ ladder: name, season, after: from }],
          options: { delay: recomputeMs },
        });
        return done({ season, unfinished: true });
      }
      await stores.cache.putRatings(step.cached);
      after = step.last;
    }
    if (after !== undefined) await enqueue({ job: resetSeason, items: [{ ladder: name, season, after }] });
    return done({ season, unfinished: after !== undefined });
  };

async function bringForward(name: string, after: string, stores: SeasonStores, session: ClientSession) {
  const ladder = await stores.ladders.pass(name, session);
  if (!ladder) return 'closed' as const;
  const players = await stores.players.following(after, chunk, session);
  const moves = players.flatMap((player): RatingMove[] => {
    const rating = ratingOn(player, name);
    return rating && rating.season < ladder.season
      ? [{ playerId: player._id, ladder: name, games: 0, rating: inSeason(rating, ladder) }]
      : [];
  });
  await stores.players.move(moves, new Date(), session);
  const now = await stores.players.find(
    players.map((player) => player._id),
    session,
  );
  const last = players.length < chunk ? undefined : players.at(-1)?._id;
  return { last, cached: [...now.values()].map(cachedRating) };
}

const inSeason = (rating: Rating, { season, settings }: LadderRecord): Rating => ({
  ...ratingAt(rating, { at: rating.at, season }, settings),
  version: rating.version + 1,
});
