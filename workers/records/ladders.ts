import type { ClientSession, Db } from 'mongodb';
import { defaultSettings, type LadderSettings } from '../../jobs/rating-update/ladder.ts';
import { insertNew } from './insert-new.ts';

/** A match's place in the order of its ladder. */
interface Place {
  readonly at: number;
  readonly matchId: string;
}

/** A ladder's matches being rated again, from a corrected one on. */
export interface Recompute {
  /** Numbers the ladder's recomputes; the rating changes it writes carry it. */
  readonly revision: number;
  /** The match that comes next; absent when all have been rated again. */
  readonly next?: Place | undefined;
  /** Where the chunk before it began, which the cache may not know of yet. */
  readonly previous?: Place | undefined;
  /** Matches rated again so far. */
  readonly replayed: number;
}

/**
 * A document of `ladders`. A ladder is stored as `gateCount` equal copies, its gates. Whoever rates passes one of them
 * within the transaction, by writing to it; whoever changes the ladder writes all. So raters hardly ever collide, while a
 * change to the ladder collides with every rating under way and one of the two starts over: none commits unseen.
 */
export interface LadderRecord {
  /** `<ladder>#<gate>` */
  readonly _id: string;
  readonly ladder: string;
  readonly settings: LadderSettings;
  readonly season: number;
  /** Recomputes begun so far. */
  readonly revision: number;
  /** Present while one runs: the ladder is closed to results. */
  readonly recompute?: Recompute | undefined;
  readonly passes: number;
}

const gateCount = 8;

export type Ladders = ReturnType<typeof openLadders>;

export function openLadders(db: Db) {
  const ladders = db.collection<LadderRecord>('ladders');
  const known = new Set<string>();
  const gate = (ladder: string, index: number) => `${ladder}#${index}`;
  const blank = (ladder: string): LadderRecord[] =>
    Array.from({ length: gateCount }, (_, index) => ({
      _id: gate(ladder, index),
      ladder,
      settings: defaultSettings,
      season: 0,
      revision: 0,
      passes: 0,
    }));

  /** Changes every copy of a ladder that is as the filter says, which means all or none. Returns which. */
  const change = async (ladder: string, filter: object, update: object, session: ClientSession) => {
    const { matchedCount } = await ladders.updateMany({ ladder, ...filter }, update, { session });
    return matchedCount > 0;
  };

  return {
    /** Makes the ladders that do not exist yet, with default settings. Outside a transaction, before the first one. */
    async ensure(names: readonly string[]): Promise<void> {
      const missing = [...new Set(names)].filter((name) => !known.has(name));
      await insertNew(ladders, missing.flatMap(blank));
      for (const name of missing) known.add(name);
    },

    /** Ladders as they are now; one that nobody has rated on is as a new one. */
    async read(names: readonly string[], session?: ClientSession): Promise<Map<string, LadderRecord>> {
      const wanted = [...new Set(names)];
      const found = await ladders
        .find(
          { _id: { $in: wanted.map((name) => gate(name, 0)) } },
          { batchSize: 1_000, ...(session && { session }) },
        )
        .toArray();
      const blanks = wanted.flatMap((name) => blank(name).slice(0, 1));
      return new Map([...blanks, ...found].map((record) => [record.ladder, record]));
    },

    /** Within a transaction: the ladder, to rate on; `undefined` while it is being recomputed. */
    async pass(name: string, session: ClientSession): Promise<LadderRecord | undefined> {
      const passed = await ladders.findOneAndUpdate(
        { _id: gate(name, Math.floor(Math.random() * gateCount)), recompute: { $exists: false } },
        { $inc: { passes: 1 } },
        { session, returnDocument: 'after' },
      );
      return passed ?? undefined;
    },

    /** Within a transaction: gives a ladder its settings. */
    configure: (name: string, settings: LadderSettings, session: ClientSession): Promise<boolean> =>
      change(name, {}, { $set: { settings } }, session),

    /** Within a transaction: starts a season if it is the next one. Returns whether it was. */
    startSeason: (name: string, season: number, session: ClientSession): Promise<boolean> =>
      change(name, { season: season - 1 }, { $set: { season } }, session),

    /** Within a transaction: closes the ladder to results, for the recompute of a revision. Returns whether it was open. */
    close: (name: string, recompute: Recompute, session: ClientSession): Promise<boolean> =>
      change(
        name,
        { recompute: { $exists: false }, revision: recompute.revision - 1 },
        { $set: { revision: recompute.revision, recompute } },
        session,
      ),

    /** Within a transaction: a chunk has been rated again. Throws when another did it, so that nothing of this one stays. */
    async advance(name: string, seen: Recompute, next: Recompute, session: ClientSession): Promise<void> {
      const { revision, replayed } = seen;
      const asSeen = { 'recompute.revision': revision, 'recompute.replayed': replayed };
      if (!(await change(name, asSeen, { $set: { recompute: next } }, session)))
        throw new Error(`could not go on with recompute ${revision} of ladder ${name}: it has moved`);
    },

    /** Within a transaction: a recompute is over, results are rated again. */
    open: (name: string, revision: number, session: ClientSession): Promise<boolean> =>
      change(name, { 'recompute.revision': revision }, { $unset: { recompute: '' } }, session),

    /** Ladders whose recompute has not ended. */
    async recomputing(): Promise<LadderRecord[]> {
      return ladders
        .find({ _id: /#0$/, recompute: { $exists: true } }, { batchSize: 1_000 })
        .sort({ _id: 1 })
        .toArray();
    },
  };
}
