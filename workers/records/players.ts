import type { Db } from 'mongodb';
import { named } from '../../jobs/by-name.ts';
import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import { newcomer, type Rating, visibleRating } from '../../jobs/ladder/rating.ts';
import { insertEach, updateEach } from './write-each.ts';

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
}

/**
 * A player's rating on a ladder. One may be called `constructor`, which every object has without being given
 * it.
 */
export const ratingOn = (player: PlayerRecord | undefined, ladder: string): Rating | undefined =>
  named(player?.ratings, ladder);

/** A player's new rating on a ladder, and the one on record that it follows. */
export interface RatingMove {
  readonly playerId: string;
  readonly rating: Rating;
  readonly from: Rating | undefined;
}

/** The field of a player's mean on a ladder. */
export const meanOn = (ladder: string): string => `ratings.${ladder}.mu`;

export type Players = ReturnType<typeof openPlayers>;

export function openPlayers(db: Db) {
  const players = db.collection<PlayerRecord>('players');
  const blank = (playerId: string, now: Date): PlayerRecord => ({
    _id: playerId,
    cognito_id: playerId,
    profile: { created_at: now, games_played: 0, current_rating: visibleRating(newcomer) },
    ratings: {},
  });

  const find = async (playerIds: readonly string[]) => {
    const found = await players
      .find({ _id: { $in: [...playerIds] } }, { batchSize: playerIds.length + 1 })
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

    /**
     * Moves players to new ratings on a ladder where the one on record is what the move follows. Returns
     * whether all were, and those that the store refuses, by index.
     */
    async move(
      ladder: string,
      moves: readonly RatingMove[],
      now: Date,
    ): Promise<{ all: boolean; refused: ReadonlyMap<number, string> }> {
      const { present, refused, matched } = await updateEach(
        players,
        moves.map(({ playerId, rating, from }) => ({
          updateOne: {
            filter: { _id: playerId, [`ratings.${ladder}.version`]: from?.version ?? { $exists: false } },
            update: {
              $set: {
                [`ratings.${ladder}`]: rating,
                ...(ladder === defaultLadder && { 'profile.current_rating': visibleRating(rating) }),
              },
              $inc: { 'profile.games_played': rating.games - (from?.games ?? 0) },
              ...(!from && {
                $setOnInsert: {
                  cognito_id: playerId,
                  'profile.created_at': now,
                  ...(ladder !== defaultLadder && { 'profile.current_rating': visibleRating(newcomer) }),
                },
              }),
            },
            // Where somebody has rated the player meanwhile this is a second document of that id, which is
            // refused.
            upsert: !from,
          },
        })),
      );
      const known = moves.filter((move, index) => move.from && !refused.has(index)).length;
      return { all: present.size === 0 && matched >= known, refused };
    },

    /**
     * A ladder's players in order of their means, the best first. By the index that its first flush has made
     * (`ladders.ts`).
     */
    top: (ladder: string, skip: number, most: number): Promise<PlayerRecord[]> =>
      players
        .find({ [meanOn(ladder)]: { $gt: -1e9 } }, { batchSize: most + 1 })
        .sort({ [meanOn(ladder)]: -1, _id: 1 })
        .skip(skip)
        .limit(most)
        .toArray(),

    /** The players that come after an id, in order of id. */
    following: (playerId: string, most: number): Promise<PlayerRecord[]> =>
      players
        .find({ _id: { $gt: playerId } }, { batchSize: most + 1 })
        .sort({ _id: 1 })
        .limit(most)
        .toArray(),
  };
}
