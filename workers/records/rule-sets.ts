import type { Db } from 'mongodb';
import { insertNew } from './insert-new.ts';

/** A document of `rule_sets`: one immutable version. */
export interface RuleSetRecord {
  /** `<name>@<version>` */
  readonly _id: string;
  readonly name: string;
  readonly version: number;
  /** The JSON text as it was put. */
  readonly body: string;
  readonly created_at: Date;
}

export type RuleSets = ReturnType<typeof openRuleSets>;

export function openRuleSets(db: Db) {
  const ruleSets = db.collection<RuleSetRecord>('rule_sets');
  const latest = async (name: string): Promise<RuleSetRecord | undefined> =>
    (await ruleSets.find({ name }).sort({ version: -1 }).limit(1).toArray())[0];

  return {
    latest,

    /** Stores a body as the next version; the body the latest version has already is that version. */
    async put(name: string, body: string, now: Date): Promise<RuleSetRecord> {
      for (;;) {
        const previous = await latest(name);
        if (previous?.body === body) return previous;
        const version = (previous?.version ?? 0) + 1;
        const record: RuleSetRecord = { _id: `${name}@${version}`, name, version, body, created_at: now };
        if ((await insertNew(ruleSets, [record])).size === 0) return record;
      }
    },
  };
}
