import type { Db } from 'mongodb';
import { insertNew } from './insert-new.ts';

/** A document of `rule_sets`: one immutable version. */
export interface RuleSetRecord {
  /** `<name>@<version>` */
  readonly _id: string;
  readonly name: string;
  readonly version: number;
  /** The JSON text as it was put. Absent where this version says that the rule set is deleted. */
  readonly body?: string;
  readonly deleted?: true;
  readonly created_at: Date;
}

export type RuleSets = ReturnType<typeof openRuleSets>;

export function openRuleSets(db: Db) {
  const ruleSets = db.collection<RuleSetRecord>('rule_sets');

  return {
    async latest(name: string): Promise<RuleSetRecord | undefined> {
      return (await ruleSets.find({ name }).sort({ version: -1 }).limit(1).toArray())[0];
    },

    async find(name: string, version: number): Promise<RuleSetRecord | undefined> {
      return (await ruleSets.findOne({ _id: `${name}@${version}` })) ?? undefined;
    },

    /** Stores a version, unless it is there. */
    async store(record: Omit<RuleSetRecord, '_id'>): Promise<void> {
      await insertNew(ruleSets, [{ _id: `${record.name}@${record.version}`, ...record }]);
    },
  };
}
