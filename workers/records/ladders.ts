import { type Db, MongoServerError } from 'mongodb';
import type { LadderSettings } from '../../jobs/ladder/ladder.ts';
import { type LadderState, newLadder, type Unfinished } from '../../jobs/ladder/ladder-document.ts';
import { isUnreachable } from './database.ts';
import { meanOn } from './players.ts';

/**
 * A document of `ladders`: the ladder as of the ordinal up to which its players are written. Its chain may be
 * further.
 */
export interface LadderRecord {
  readonly _id: string;
  readonly flushed: number;
  readonly season: number;
  readonly settings: LadderSettings;
  readonly settings_at: number;
  readonly unfinished?: Unfinished | undefined;
  /** Its chain's last document deletes it: no older state of it may be written any more. */
  readonly deleted?: true;
}

export type Ladders = ReturnType<typeof openLadders>;

const recordOf = ({ ordinal: flushed, settingsAt: settings_at, ...state }: LadderState) => ({
  flushed,
  settings_at,
  ...state,
});

export function openLadders(db: Db) {
  const ladders = db.collection<LadderRecord>('ladders');

  /**
   * Finds the best of a new ladder. A collection has room for 64 indexes: the best of further ladders are
   * sorted when asked for.
   */
  const indexMeans = async (ladder: string): Promise<void> => {
    try {
      await db.collection('players').createIndex({ [meanOn(ladder)]: -1, _id: 1 }, { name: indexOf(ladder) });
    } catch (error) {
      if (!(error instanceof MongoServerError) || isUnreachable(error)) throw error;
    }
  };

  /** Takes away what is made of a ladder's players. */
  const forgetMeans = async (ladder: string): Promise<void> => {
    const indexNotFound = 27;
    try {
      await db.collection('players').dropIndex(indexOf(ladder));
    } catch (error) {
      if (!(error instanceof MongoServerError && error.code === indexNotFound)) throw error;
    }
    await db.collection<{ _id: string }>('rating_distribution').deleteOne({ _id: ladder });
  };

  return {
    /**
     * Ladders as they were last written, at most a second ago; one that nobody has rated on is as a new one.
     */
    async read(names: readonly string[]): Promise<Map<string, LadderRecord>> {
      const wanted = [...new Set(names)];
      const found = await ladders.find({ _id: { $in: wanted } }, { batchSize: 1_000 }).toArray();
      return new Map(
        [...wanted.map((_id) => ({ _id, ...recordOf(newLadder) })), ...found].map((record) => [
          record._id,
          record,
        ]),
      );
    },

    /** Every ladder that there is, as it was last written. */
    all: (): Promise<LadderRecord[]> =>
      ladders.find({ deleted: { $exists: false } }, { batchSize: 1_000 }).toArray(),

    /** The ladder's players are written up to here. An older state never replaces a newer one. */
    async flushed(ladder: string, state: LadderState): Promise<void> {
      const { unfinished, deleted, ...always } = recordOf(state);
      const fields = { ...always, ...(unfinished && { unfinished }), ...(deleted && { deleted }) };
      const change = {
        $set: fields,
        $unset: {
          ...(!unfinished && { unfinished: '' as const }),
          ...(!deleted && { deleted: '' as const }),
        },
      };
      const older = { _id: ladder, flushed: { $lt: state.ordinal } };
      if (!deleted) {
        const { matchedCount } = await ladders.updateOne({ ...older, deleted: { $exists: false } }, change);
        if (matchedCount > 0) return;
      }
      const there = await ladders.findOne({ _id: ladder });
      if (there && there.flushed >= state.ordinal) return;
      await (deleted ? forgetMeans(ladder) : indexMeans(ladder));
      if ((await ladders.updateOne(older, change)).matchedCount > 0) return;
      await ladders.updateOne({ _id: ladder }, { $setOnInsert: fields }, { upsert: true });
    },
  };
}

/** A ladder's state as it was last written. */
export const stateOf = ({
  _id,
  flushed: ordinal,
  settings_at: settingsAt,
  ...state
}: LadderRecord): LadderState => ({
  ordinal,
  settingsAt,
  ...state,
});

const indexOf = (ladder: string): string => `means-${ladder}`;
