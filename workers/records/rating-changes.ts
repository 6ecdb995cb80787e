import type { ClientSession, Db } from 'mongodb';
import type { RatedMatch } from '../../jobs/rating-update/rate-in-order.ts';
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

export type RatingChanges = ReturnType<typeof openRatingChanges>;

export function openRatingChanges(db: Db) {
  const changes = db.collection<RatingChangeRecord>('rating_changes');

  return {
    /** Within a transaction. A change already written fails it with a duplicate key: nothing is rated twice. */
    async insert(
      ladder: string,
      rated: readonly RatedMatch[],
      revision: number,
      now: Date,
      session: ClientSession,
    ): Promise<void> {
      await changes.insertMany(
        rated.flatMap(({ match, changes: own }) =>
          own.map(({ playerId, before, after }) => ({
            _id: `${ladder}/${match.matchId}/${playerId}/${revision}`,
            ladder,
            match_id: match.matchId,
            player_id: playerId,
            revision,
            before,
            after,
            current_rating: visibleRating(after),
            at: now,
          })),
        ),
        { ordered: false, session },
      );
    },

    /** What matches of a ladder did to players by their latest revision, by match and player: `<match> <player>`. */
    async latest(
      ladder: string,
      matchIds: readonly string[],
      session: ClientSession,
    ): Promise<Map<string, RatingChangeRecord>> {
      const found = await changes
        .find({ ladder, match_id: { $in: [...matchIds] } }, { batchSize: 100_000, session })
        .sort({ revision: 1, _id: 1 })
        .toArray();
      return new Map(found.map((change) => [`${change.match_id} ${change.player_id}`, change]));
    },
  };
}
