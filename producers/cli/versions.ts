import { type Difference, jsonDiff } from '../../jobs/json-diff.ts';
import type { RecordCollection } from '../../jobs/maintenance/jobs.ts';
import type { FleetClient } from '../client.ts';
import { RequestError } from '../request-error.ts';
import { table } from './table.ts';

/** One version of a setting. `body`: what it says; absent where the version says that it is deleted. */
export interface SettingVersion {
  readonly name: string;
  readonly version: number;
  readonly created_at: string;
  readonly body?: unknown;
}

const words = { rule_sets: 'rule set', configurations: 'configuration' } as const;
type Settings = keyof typeof words & RecordCollection;

/**
 * The versions of a rule set or a configuration, the newest first, at most 100. Throws `not-found` where
 * there is none.
 */
export async function readVersions(
  client: FleetClient,
  collection: Settings,
  name: string,
): Promise<SettingVersion[]> {
  const records = await client.readRecord(collection, name);
  if (records.length === 0) throw new RequestError('not-found', `there is no ${words[collection]} ${name}`);
  return records.map((record) => {
    const body = bodyOf(record);
    return {
      name,
      version: Number(record['version']),
      created_at: String(record['created_at']),
      ...(body !== undefined && { body }),
    };
  });
}

function bodyOf({ body, installed }: Record<string, unknown>): unknown {
  if (typeof body === 'string') return body;
  if (typeof installed !== 'object' || installed === null) return undefined;
  const { configuration, ruleSet } = installed as {
    configuration: string;
    ruleSet: { name: string; version: number };
  };
  return { ...JSON.parse(configuration), ruleSetVersion: ruleSet.version };
}

/** A version of them, or the newest. */
export function versionOf(versions: readonly SettingVersion[], wanted: number | undefined): SettingVersion {
  const found = wanted === undefined ? versions[0] : versions.find((it) => it.version === wanted);
  if (found) return found;
  const there = versions.map(({ version }) => version).join(', ');
  throw new RequestError(
    'not-found',
    `there is no version ${wanted} of ${versions[0]?.name}; there are ${there}`,
  );
}

export interface VersionDiff {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly differences: readonly Difference[];
}

/** What changed between two versions; by default between the newest and the one before it. */
export function diffVersions(
  versions: readonly SettingVersion[],
  from: number | undefined,
  to: number | undefined,
  read: (body: unknown) => unknown,
): VersionDiff {
  const later = versionOf(versions, to);
  const before = versions.find((it) => it.version < later.version)?.version;
  const earlier = versionOf(versions, from ?? before ?? later.version);
  return {
    name: later.name,
    from: earlier.version,
    to: later.version,
    differences: jsonDiff(read(earlier.body), read(later.body)),
  };
}

export function diffText({ name, from, to, differences }: VersionDiff): string {
  if (differences.length === 0) return `versions ${from} and ${to} of ${name} say the same`;
  const rows = differences.map(({ path, before, after }) => ({
    where: path || 'all of it',
    [`version ${from}`]: before,
    [`version ${to}`]: after,
  }));
  return table(rows);
}
