import { z } from 'zod';
import type { InstalledConfiguration } from '../jobs/configuration/configuration.ts';
import { type Version, versionBefore } from '../jobs/configuration/rollback.ts';
import { resourceName } from '../jobs/ids.ts';
import { readRecord } from '../jobs/maintenance/maintenance.ts';
import { putConfiguration, putRuleSet } from '../jobs/maintenance/setting-commands.ts';
import type { Call, Calling } from './call.ts';
import type { CommandOptions, GiveCommand } from './commands.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import { at, RequestError } from './request-error.ts';

const rollback = z.strictObject({
  name: resourceName,
  /** The version to go back to. Default: the one before what is in force. */
  to: z.int().min(1).optional(),
});
export type Rollback = z.input<typeof rollback>;

/** What was in force, the version gone back to, and the new one that says the same as that. */
export interface RolledBack {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly version: number;
}

export interface RollbackParts {
  readonly call: Call;
  readonly give: GiveCommand;
  readonly queues: ProducerQueues;
}

/**
 * Back to what was in force before. An old version is put again as a new one, with every check of a put: a repeated job
 * changes nothing, and no version is ever lost. Only the newest 100 versions can be gone back to.
 */
export function openRollback({ call, give, queues }: RollbackParts) {
  const read = async (
    collection: 'rule_sets' | 'configurations',
    name: string,
    calling: Calling,
  ): Promise<Record<string, unknown>[]> =>
    (await queues.ask(readRecord, { collection, id: name }, calling)) as never;

  return {
    /**
     * Puts an earlier version of a rule set again. Tickets that wait keep their age and are matched by it from the next cycle
     * on. Repeated with `to` it is harmless, repeated without it goes one version further back.
     */
    rollbackRuleSet: (request: Rollback, options: CommandOptions = {}): Promise<RolledBack> =>
      call(putRuleSet, options, async (calling) => {
        const { name, to } = parse(rollback, request);
        const records = (await read('rule_sets', name, calling)) as unknown as Partial<Version>[];
        // What deletes it says nothing to go back to.
        const versions = records.flatMap(({ version = 0, body }) =>
          body === undefined ? [] : { version, body },
        );
        const { from, earlier } = goBack(`rule set ${name}`, versions, to);
        const put = await give(putRuleSet, { name, body: earlier.body }, options);
        return { name, from, to: earlier.version, version: versionOf(put) };
      }),

    /** The same for a configuration's settings; which version of its rule set it runs is no part of them. */
    rollbackConfiguration: (request: Rollback, options: CommandOptions = {}): Promise<RolledBack> =>
      call(putConfiguration, options, async (calling) => {
        const { name, to } = parse(rollback, request);
        const records = await read('configurations', name, calling);
        const versions = (records as { installed?: InstalledConfiguration }[]).flatMap(({ installed }) =>
          installed ? { version: installed.version, body: JSON.stringify(installed.configuration) } : [],
        );
        const { from, earlier } = goBack(`configuration ${name}`, versions, to);
        const settings = parse(putConfiguration.item, JSON.parse(earlier.body));
        const put = await give(putConfiguration, settings, options);
        return { name, from, to: earlier.version, version: versionOf(put) };
      }),
  };
}

const versionOf = (put: unknown): number => (put as { version: number }).version;

/** Throws `not-found` saying which versions there are, where none is the wanted one. */
function goBack(
  what: string,
  versions: readonly Version[],
  to: number | undefined,
): { from: number; earlier: Version } {
  const [inForce] = versions;
  if (!inForce) throw new RequestError('not-found', at('name', `there is no ${what}`));
  const earlier = versionBefore(versions, to);
  if (earlier) return { from: inForce.version, earlier };
  const there = versions.map(({ version }) => version).join(', ');
  const missing =
    to === undefined ? `nothing before what version ${inForce.version} says` : `no version ${to}`;
  throw new RequestError('not-found', at('to', `${what} has ${missing}; its versions are ${there}`));
}
