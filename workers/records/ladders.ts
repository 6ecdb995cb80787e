import { type Db, MongoServerError } from 'mongodb';
import { defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import type { LadderState, Unfinished } from '../../jobs/ladder/ladder-document.ts';
import { isUnreachable } from './database.ts';
import { meanOn } from './players.ts';

/** A document of `ladders`: the ladder as of the ordinal up to which its players are written. Its chain may be further. */
export interface LadderRecord {
  readonly _id: string;
  readonly flushed: number;
  readonly season: number;
  readonly settings: LadderSettings;
  readonly settings_at: number;
  readonly unfinished?: Unfinished | undefined;
}

export type Ladders = ReturnType<typeof openLadders>;

const blank = (ladder: string): LadderRecord => ({
  _id: ladder,
  flushed: 0,
  season: 0,
  settings: defaultSettings,
  settings_at: 0,
});

export function openLadders(db: Db) {
  const ladders = db.collection<LadderRecord>('ladders');

  /** Finds the best of a new ladder. A collection has room for 64 indexes: the best of further ladders are sorted when asked for. */
  const indexMeans = async (ladder: string): Promise<void> => {
    try {
      await db
        .collection('players')
        .createIndex({ [meanOn(ladder)]: -1, _id: 1 }, { name: `means-${ladder}` });
    } catch (error) {
      if (!(error instanceof MongoServerError) || isUnreachable(error)) throw error;
    }
  };

  return {
    /** Ladders as they were last written, at most a second ago; one that nobody has rated on is as a new one. */
    async read(names: readonly string[]): Promise<Map<string, LadderRecord>> {
      const wanted = [...new Set(names)];
      const found = await ladders.find({ _id: { $in: wanted } }, { batchSize: 1_000 }).toArray();
      return new Map([...wanted.map(blank), ...found].map((record) => [record._id, record]));
    },

    /** The ladder's players are written up to here. An older state never replaces a newer one. */
    async flushed(ladder: string, state: LadderState): Promise<void> {
      const { ordinal: flushed, season, settings, settingsAt: settings_at, unfinished } = state;
      const fields = { flushed, season, settings, settings_at, ...(unfinished && { unfinished }) };
      const { matchedCount } = await ladders.updateOne(
        { _id: ladder, flushed: { $lt: flushed } },
        { $set: fields, ...(!unfinished && { $unset: { unfinished: '' } }) },
      );
      if (matchedCount > 0) return;
      await indexMeans(ladder);
      await ladders.updateOne({ _id: ladder }, { $setOnInsert: fields }, { upsert: true });
    },
  };
}

/** A ladder's state as it was last written. */
export const stateOf = ({
  flushed,
  season,
  settings,
  settings_at,
  unfinished,
}: LadderRecord): LadderState => ({
  ...{ ordinal: flushed, season, settings, settingsAt: settings_at },
  ...(unfinished && { unfinished }),
});
