import type { Db, Filter } from 'mongodb';
import type { SettingKind } from '../../jobs/maintenance/change-settings.ts';
import type { StoredConfigurationRecord } from './configurations.ts';
import type { RuleSetRecord } from './rule-sets.ts';

type Version = StoredConfigurationRecord & RuleSetRecord;

const collectionOf = { 'rule-set': 'rule_sets', configuration: 'configurations' } as const;

export type Settings = ReturnType<typeof openSettings>;

/** What rule sets and configurations are asked alike. */
export function openSettings(db: Db) {
  const find = (kind: SettingKind, filter: object) =>
    db.collection<Version>(collectionOf[kind]).find(filter as Filter<Version>);

  return {
    /** The version in force, and its text; `undefined`: there is none. */
    async latest(kind: SettingKind, name: string): Promise<{ version: number; body: string } | undefined> {
      const [newest] = await find(kind, { name }).sort({ version: -1 }).limit(1).toArray();
      if (!newest || newest.deleted) return undefined;
      const body = kind === 'rule-set' ? newest.body : newest.installed?.configuration;
      return { version: newest.version, body: body ?? '' };
    },

    /** Every name that is in force, in order; of configurations those of a rule set, where one is named. */
    async names(kind: SettingKind, ruleSetName?: string): Promise<string[]> {
      const newest = await db
        .collection(collectionOf[kind])
        .aggregate<{ _id: string; deleted?: boolean; ruleSet?: string }>([
          { $sort: { name: 1, version: 1 } },
          {
            $group: {
              _id: '$name',
              deleted: { $last: '$deleted' },
              ruleSet: { $last: '$installed.ruleSet.name' },
            },
          },
          { $sort: { _id: 1 } },
        ])
        .toArray();
      return newest
        .filter((it) => !it.deleted && (ruleSetName === undefined || it.ruleSet === ruleSetName))
        .map((it) => it._id);
    },

    /** When it was first put, or put again after it was deleted. */
    async createdAt(kind: SettingKind, name: string): Promise<Date | undefined> {
      const [gone] = await find(kind, { name, deleted: true }).sort({ version: -1 }).limit(1).toArray();
      const [first] = await find(kind, { name, version: { $gt: gone?.version ?? 0 } })
        .sort({ version: 1 })
        .limit(1)
        .toArray();
      return first?.created_at;
    },
  };
}
