import type { ClientSession, Db } from 'mongodb';
import { defaultLadder } from '../../jobs/rating-update/ladder.ts';
import { newcomer, type Rating, visibleRating } from '../../jobs/rating-update/rating.ts';
import { insertEach } from './write-each.ts';

/** A document of `players`. Fields written by others are kept. */
export interface PlayerRecord {
  /** The Cognito `sub`, so that two workers creating one player meet on the same key. */
  readonly _id: string;
  readonly cognito_id: string;
  readonly profile: {
    readonly created_at: Date;
    readonly games_played: number;
    /** The visible integer of the default ladder. */
    readonly current_rating: number;
  };
  readonly ratings: Readonly<Record<string, Rating>>;
  /** The last recompute of each ladder that rated the player again. */
  readonly recomputed?: Readonly<Record<string, number>>;
}

/** A player's rating on a ladder. One may be called `constructor`, which every object has without being given it. */
export const ratingOn = (player: PlayerRecord | undefined, ladder: string): Rating | undefined =>
  player && Object.hasOwn(player.ratings, ladder) ? player.ratings[ladder] : undefined;

/** A player's new rating on a ladder. */
export interface RatingMove {
  readonly playerId: string;
  readonly ladder: string;
  readonly rating: Rating;
  /** Matches it counts for the first time. */
  readonly games: number;
  /** The recompute it is part of. */
  readonly revision?: number;
}

export type Players = ReturnType<typeof openPlayers>;

export function openPlayers(db: Db) {
  const players = db.collection<PlayerRecord>('players');
  const blank = (playerId: string, now: Date): PlayerRecord => ({
    _id: playerId,
    cognito_id: playerId,
    profile: { created_at: now, games_played: 0, current_rating: visibleRating(newcomer) },
    ratings: {},
  });

  const find = async (playerIds: readonly string[], session?: ClientSession) => {
    const found = await players
      .find(
        { _id: { $in: [...playerIds] } },
        { batchSize: playerIds.length + 1, ...(session && { session }) },
      )
      .toArray();
    return new Map(found.map((player) => [player._id, player]));
  };

  return {
    find,

    /** Creates the players that do not exist yet; returns all by id but those that the store refuses. */
    async ensure(playerIds: readonly string[], now: Date): Promise<Map<string, PlayerRecord>> {
      const wanted = [...new Set(playerIds)];
      const found = await find(wanted);
      const missing = wanted.filter((id) => !found.has(id)).map((id) => blank(id, now));
      const { present: raced, refused } = await insertEach(players, missing);
      for (const [index, player] of missing.entries())
        if (!raced.has(index) && !refused.has(index)) found.set(player._id, player);
      if (raced.size === 0) return found;
      const others = await find(missing.filter((_, index) => raced.has(index)).map((player) => player._id));
      return new Map([...found, ...others]);
    },

    /** Within a transaction: moves players to new ratings. A player changed meanwhile conflicts and it starts over. */
    async move(moves: readonly RatingMove[], now: Date, session: ClientSession): Promise<void> {
      const operations = moves.map(({ playerId, ladder, rating, games, revision }) => ({
        updateOne: {
          filter: { _id: playerId },
          update: {
            $set: {
              [`ratings.${ladder}`]: rating,
              ...(ladder === defaultLadder && { 'profile.current_rating': visibleRating(rating) }),
              ...(revision !== undefined && { [`recomputed.${ladder}`]: revision }),
            },
            $inc: { 'profile.games_played': games },
            $setOnInsert: {
              cognito_id: playerId,
              'profile.created_at': now,
              ...(ladder !== defaultLadder && { 'profile.current_rating': visibleRating(newcomer) }),
            },
          },
          upsert: true,
        },
      }));
      if (operations.length > 0) await players.bulkWrite(operations, { ordered: false, session });
    },

    /** Within a transaction: the players that come after an id, in order of id. */
    following: (playerId: string, most: number, session: ClientSession): Promise<PlayerRecord[]> =>
      players
        .find({ _id: { $gt: playerId } }, { batchSize: most + 1, session })
        .sort({ _id: 1 })
        .limit(most)
        .toArray(),
  };
}
