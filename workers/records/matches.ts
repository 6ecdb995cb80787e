import type { Db } from 'mongodb';
import type { MatchResult, StoredResult } from '../../jobs/ladder/result.ts';
import { openDecisions } from './decisions.ts';
import type { Correction, MatchRecord } from './match-record.ts';
import { openSuccession } from './succession.ts';
import { updateEach } from './write-each.ts';

export type Matches = ReturnType<typeof openMatches>;

export function openMatches(db: Db) {
  const matches = db.collection<MatchRecord>('matches');

  const find = async (matchIds: readonly string[]) => {
    if (matchIds.length === 0) return new Map<string, MatchRecord>();
    const found = await matches
      .find({ _id: { $in: [...matchIds] } }, { batchSize: matchIds.length + 1 })
      .toArray();
    return new Map(found.map((match) => [match._id, match]));
  };

  return {
    find,

    /** The id of any of these that is a match of the ladder. */
    async anyOf(matchIds: readonly string[], ladder: string): Promise<string | undefined> {
      const filter = { _id: { $in: [...matchIds] }, ladder };
      return (await matches.findOne(filter, { projection: { _id: 1 } }))?._id;
    },

    /**
     * Gives matches their results where they have none and have not gone on as another. Returns whether all
     * took theirs.
     */
    async finish(results: readonly MatchResult[], now: Date): Promise<boolean> {
      const { matched } = await updateEach(
        matches,
        results.map(({ matchId, ...result }) => ({
          updateOne: {
            filter: { _id: matchId, result: { $exists: false }, succeeded_by: { $exists: false } },
            update: { $set: { result, rated_at: now } },
          },
        })),
      );
      return matched === results.length;
    },

    /** Replaces a result and keeps what it was, once for each revision. */
    async correct(matchId: string, result: StoredResult, correction: Correction): Promise<void> {
      await matches.updateOne(
        { _id: matchId, 'corrections.revision': { $ne: correction.revision } },
        { $set: { result }, $push: { corrections: correction } },
      );
    },

    ...openDecisions(matches, find),
    ...openSuccession(matches),

    /** Notes that players left a match; returns it as it is then. */
    leave: (matchId: string, playerIds: readonly string[]): Promise<MatchRecord | null> =>
      matches.findOneAndUpdate(
        { _id: matchId },
        { $addToSet: { left: { $each: [...playerIds] } } },
        { returnDocument: 'after' },
      ),
  };
}
