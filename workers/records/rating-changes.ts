import type { ClientSession, Db } from 'mongodb';
import { type Rating, visibleRating } from '../../jobs/rating-update/rating.ts';

/** A document of `rating_changes`: what one match did to one player. Unique by ladder, match, player and revision. */
export interface RatingChangeRecord {
  readonly _id: string;
  readonly ladder: string;
  readonly match_id: string;
  readonly player_id: string;
  /** 0 for the result as reported; a correction counts up. */
  readonly revision: number;
  readonly before: Rating;
  readonly after: Rating;
  readonly current_rating: number;
  readonly at: Date;
}

export interface RatingChange {
  readonly ladder: string;
  readonly matchId: string;
  readonly playerId: string;
  readonly before: Rating;
  readonly after: Rating;
}

export type RatingChanges = ReturnType<typeof openRatingChanges>;

export function openRatingChanges(db: Db) {
  const changes = db.collection<RatingChangeRecord>('rating_changes');

  return {
    /** Within a transaction. A change already written fails it with a duplicate key: nothing is rated twice. */
    async insert(all: readonly RatingChange[], now: Date, session: ClientSession): Promise<void> {
      await changes.insertMany(
        all.map(({ ladder, matchId, playerId, before, after }) => ({
          _id: `${ladder}/${matchId}/${playerId}/0`,
          ladder,
          match_id: matchId,
          player_id: playerId,
          revision: 0,
          before,
          after,
          current_rating: visibleRating(after),
          at: now,
        })),
        { ordered: false, session },
      );
    },
  };
}
