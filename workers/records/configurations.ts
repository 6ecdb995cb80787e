import type { Db } from 'mongodb';
import type { Configuration, InstalledConfiguration } from '../../jobs/matchmaking/configuration.ts';
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
    latest,

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

    /** Stores a configuration with its rule set as the next version; what the latest version says already is that version. */
    async put(
      configuration: Configuration,
      ruleSet: InstalledConfiguration['ruleSet'],
      now: Date,
    ): Promise<InstalledConfiguration> {
      for (;;) {
        const previous = await latest(configuration.name);
        const same =
          previous &&
          JSON.stringify(previous.installed.configuration) === JSON.stringify(configuration) &&
          previous.installed.ruleSet.version === ruleSet.version &&
          previous.installed.ruleSet.name === ruleSet.name;
        if (same) return previous.installed;
        const version = (previous?.version ?? 0) + 1;
        const installed: InstalledConfiguration = { configuration, version, ruleSet };
        const { name } = configuration;
        const record = { _id: `${name}@${version}`, name, version, installed, created_at: now };
        if ((await insertNew(configurations, [record])).size === 0) return installed;
      }
    },
  };
}
