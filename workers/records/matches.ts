import type { ClientSession, Db } from 'mongodb';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { MatchResult } from '../../jobs/rating-update/update-ratings.ts';
import { insertNew } from './insert-new.ts';

/** A document of `matches`: with rule set version, `now` and `seed`, so that each match can be formed again and checked. */
export interface MatchRecord {
  readonly _id: string;
  readonly configuration: string;
  readonly ladder: string;
  readonly rule_set: CommittedMatch['ruleSet'];
  readonly status: 'COMPLETED' | 'FAILED';
  /** Redis time of the cycle that formed it, ms. */
  readonly now: number;
  readonly seed: number;
  readonly location?: string | undefined;
  readonly tickets: CommittedMatch['tickets'];
  readonly teams: CommittedMatch['teams'];
  readonly created_at: Date;
  /** The reported result and when it was rated; absent until then. */
  readonly result?: MatchResult['teams'];
  readonly rated_at?: Date;
}

export type Matches = ReturnType<typeof openMatches>;

export function openMatches(db: Db) {
  const matches = db.collection<MatchRecord>('matches');

  return {
    /** Stores matches that are not stored yet. */
    async create(
      all: readonly { match: CommittedMatch; status: MatchRecord['status'] }[],
      now: Date,
    ): Promise<void> {
      await insertNew(
        matches,
        all.map(({ match, status }) => ({
          _id: match.matchId,
          configuration: match.configuration,
          ladder: match.ladder,
          rule_set: match.ruleSet,
          status,
          now: match.now,
          seed: match.seed,
          location: match.location,
          tickets: match.tickets,
          teams: match.teams,
          created_at: now,
        })),
      );
    },

    async find(matchIds: readonly string[], session?: ClientSession): Promise<Map<string, MatchRecord>> {
      const found = await matches
        .find(
          { _id: { $in: [...matchIds] } },
          { batchSize: matchIds.length + 1, ...(session && { session }) },
        )
        .toArray();
      return new Map(found.map((match) => [match._id, match]));
    },

    /** Within a transaction: writes the results of matches that have none. */
    async finish(results: readonly MatchResult[], now: Date, session: ClientSession): Promise<void> {
      await matches.bulkWrite(
        results.map((result) => ({
          updateOne: {
            filter: { _id: result.matchId, result: { $exists: false } },
            update: { $set: { result: result.teams, rated_at: now } },
          },
        })),
        { ordered: false, session },
      );
    },
  };
}
