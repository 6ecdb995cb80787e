import type { Db } from 'mongodb';
import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import {
  asStoredConfiguration,
  fromStoredConfiguration,
  type StoredConfiguration,
} from '../../jobs/configuration/stored-configuration.ts';
import { insertNew } from './insert-new.ts';

/** A document of `configurations`: one immutable version, with the rule set version it runs. */
export interface ConfigurationRecord {
  /** `<name>@<version>` */
  readonly _id: string;
  readonly name: string;
  readonly version: number;
  /** Absent where this version says that the configuration is deleted. */
  readonly installed?: InstalledConfiguration;
  readonly deleted?: true;
  readonly created_at: Date;
}

/** The same as DocumentDB has it. */
export type StoredConfigurationRecord = Omit<ConfigurationRecord, 'installed'> & {
  readonly installed?: StoredConfiguration;
};

const fromStored = ({ installed, ...record }: StoredConfigurationRecord): ConfigurationRecord => ({
  ...record,
  ...(installed && { installed: fromStoredConfiguration(installed) }),
});

export type Configurations = ReturnType<typeof openConfigurations>;

export function openConfigurations(db: Db) {
  const configurations = db.collection<StoredConfigurationRecord>('configurations');

  /** The latest version of each, deleted ones included. */
  const latestOfAll = async (): Promise<ConfigurationRecord[]> => {
    const names = await configurations
      .aggregate<{ _id: string; version: number }>([
        { $group: { _id: '$name', version: { $max: '$version' } } },
      ])
      .toArray();
    const ids = names.map((it) => `${it._id}@${it.version}`);
    const found = await configurations
      .find({ _id: { $in: ids } }, { batchSize: 1_000 })
      .sort({ _id: 1 })
      .toArray();
    return found.map(fromStored);
  };

  return {
    latestOfAll,

    /** Every configuration that there is, in its latest version. */
    async all(): Promise<InstalledConfiguration[]> {
      return (await latestOfAll()).flatMap((record) => record.installed ?? []);
    },

    /** Names of the configurations that name a ladder in any version, deleted ones included. */
    everOn: (ladder: string): Promise<string[]> =>
      configurations.distinct('name', { 'installed.ladder': ladder }),

    async latest(name: string): Promise<ConfigurationRecord | undefined> {
      const found = await configurations.find({ name }).sort({ version: -1 }).limit(1).toArray();
      return found.map(fromStored)[0];
    },

    async find(name: string, version: number): Promise<InstalledConfiguration | undefined> {
      const found = await configurations.findOne({ _id: `${name}@${version}` });
      return found?.installed && fromStoredConfiguration(found.installed);
    },

    /** Stores versions that are not there yet. */
    async store(records: readonly Omit<ConfigurationRecord, '_id'>[]): Promise<void> {
      await insertNew(
        configurations,
        records.map(({ installed, ...it }) => ({
          _id: `${it.name}@${it.version}`,
          ...it,
          ...(installed && { installed: asStoredConfiguration(installed) }),
        })),
      );
    },
  };
}
