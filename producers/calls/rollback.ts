import { z } from 'zod';
import { type Version, versionBefore } from '../../jobs/configuration/rollback.ts';
import { resourceName } from '../../jobs/ids.ts';
import { readRecord } from '../../jobs/maintenance/jobs.ts';
import { putConfiguration, putRuleSet } from '../../jobs/maintenance/setting-commands.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import { at, RequestError } from '../request-error.ts';

const rollback = z.strictObject({
  name: resourceName,
  /** The version to go back to. Default: the one before what is in force. */
  to: z.int().min(1).optional(),
});

/**
 * Back to what was in force before. An old version is put again as a new one, with every check of a put: a
 * repeated job changes nothing, and no version is ever lost. Only the newest 100 versions can be gone back
 * to.
 */
export const rollbackCalls = ({ call, give, queues }: ClientParts) =>
  ({
    rollbackRuleSet: (request, options = {}) =>
      call('rollbackRuleSet', options, async (calling) => {
        const { name, to } = parse(rollback, request);
        const records = await queues.ask(readRecord, { collection: 'rule_sets', id: name }, calling);
        const versions = records.flatMap((record) => recordedRuleSet.safeParse(record).data ?? []);
        const { from, earlier } = goBack(`rule set ${name}`, versions, to);
        const { version } = await give('putRuleSet', putRuleSet, { name, body: earlier.body }, options);
        return { name, from, to: earlier.version, version };
      }),

    rollbackConfiguration: (request, options = {}) =>
      call('rollbackConfiguration', options, async (calling) => {
        const { name, to } = parse(rollback, request);
        const records = await queues.ask(readRecord, { collection: 'configurations', id: name }, calling);
        const versions = records
          .flatMap((record) => recordedConfiguration.safeParse(record).data?.installed ?? [])
          .map((it) => ({ version: it.version, body: it.configuration }));
        const { from, earlier } = goBack(`configuration ${name}`, versions, to);
        const settings = parse(putConfiguration.item, JSON.parse(earlier.body));
        const { version } = await give('putConfiguration', putConfiguration, settings, options);
        return { name, from, to: earlier.version, version };
      }),
  }) satisfies Calls;

/** What has no body deletes its rule set: there is nothing to go back to. */
const recordedRuleSet = z.object({ version: z.int(), body: z.string() });
const recordedConfiguration = z.object({
  installed: z.object({ version: z.int(), configuration: z.string() }),
});

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
