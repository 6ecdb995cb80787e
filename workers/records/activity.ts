import type { Db } from 'mongodb';
import type { Activity } from '../../jobs/configuration/activity.ts';
import { insertNew } from './insert-new.ts';

/** How long (ms) five minutes are remembered. */
const keptMs = 30 * 24 * 3_600_000;
/** Slots of a day, and a few: what a reader gets at most. */
const mostRead = 300;

/** A slot of a configuration that is over. */
export interface Slot extends Activity {
  readonly configuration: string;
  readonly slot: number;
  /** When it began, Redis time in ms. */
  readonly at: number;
}

/** A document of `activity`. */
export interface ActivityRecord extends Omit<Slot, 'at' | 'waits'> {
  readonly _id: string;
  readonly at: Date;
  readonly forget_at: Date;
  readonly waits: readonly (readonly [bucket: number, tickets: number])[];
}

export type ActivityRecords = ReturnType<typeof openActivityRecords>;

/** What happened in configurations, five minutes a document. */
export function openActivityRecords(db: Db) {
  const documents = db.collection<ActivityRecord>('activity');
  return {
    /** Stores slots that are not there yet; returns how many those were. */
    async keep(slots: readonly Slot[]): Promise<number> {
      if (slots.length === 0) return 0;
      const present = await insertNew(documents, slots.map(toRecord));
      return slots.length - present.size;
    },

    /** Slots of a configuration that began at `since` (ms) or later, the oldest first. */
    of: (configuration: string, since: number): Promise<ActivityRecord[]> =>
      documents
        .find({ configuration, at: { $gte: new Date(since) } })
        .sort({ at: 1 })
        .limit(mostRead)
        .toArray(),
  };
}

const toRecord = ({ at, waits, ...slot }: Slot): ActivityRecord => ({
  _id: `${slot.configuration}/${slot.slot}`,
  ...slot,
  at: new Date(at),
  forget_at: new Date(at + keptMs),
  waits: [...waits],
});
