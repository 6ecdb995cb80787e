import { isDeepStrictEqual } from 'node:util';
import type { Db } from 'mongodb';
import type { InstalledConfiguration } from '../../jobs/matchmaking/configuration.ts';
import { insertNew } from './insert-new.ts';

/** A document of `configurations`: one immutable version, with the rule set version it runs. */
export interface ConfigurationRecord {
  /** `<name>@<version>` */
  readonly _id: string;
  readonly name: string;
  readonly version: number;
  readonly installed: InstalledConfiguration;
  readonly created_at: Date;
}

export type Configurations = ReturnType<typeof openConfigurations>;

export function openConfigurations(db: Db) {
  const configurations = db.collection<ConfigurationRecord>('configurations');
  const latest = async (name: string): Promise<ConfigurationRecord | undefined> =>
    (await configurations.find({ name }).sort({ version: -1 }).limit(1).toArray())[0];

  return {
    /** Every configuration in its latest version. */
    async all(): Promise<InstalledConfiguration[]> {
      const names = await configurations
        .aggregate<{ _id: string; version: number }>([
          { $group: { _id: '$name', version: { $max: '$version' } } },
        ])
        .toArray();
      const ids = names.map((it) => `${it._id}@${it.version}`);
      const records = await configurations
        .find({ _id: { $in: ids } }, { batchSize: 1_000 })
        .sort({ _id: 1 })
        .toArray();
      return records.map((record) => record.installed);
    },

    /**
     * Stores what `next` makes of the latest version as the next one; what the latest says already is that version.
     * Somebody storing meanwhile makes `next` be asked again, so no change is written over another.
     */
    async put(
      name: string,
      next: (
        previous: InstalledConfiguration | undefined,
      ) => Promise<Omit<InstalledConfiguration, 'version'>>,
      now: Date,
    ): Promise<InstalledConfiguration> {
      for (;;) {
        const previous = (await latest(name))?.installed;
        const wanted = await next(previous);
        if (previous && same(previous, wanted)) return previous;
        const version = (previous?.version ?? 0) + 1;
        const installed: InstalledConfiguration = { ...wanted, version };
        const record = { _id: `${name}@${version}`, name, version, installed, created_at: now };
        if ((await insertNew(configurations, [record])).size === 0) return installed;
      }
    },
  };
}

function same(one: InstalledConfiguration, other: Omit<InstalledConfiguration, 'version'>): boolean {
  return (
    isDeepStrictEqual(one.configuration, other.configuration) &&
    one.ruleSet.name === other.ruleSet.name &&
    one.ruleSet.version === other.ruleSet.version
  );
}
