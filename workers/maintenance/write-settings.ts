import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import type { QueueName } from '../../jobs/contract.ts';
import { settingsChain } from '../../jobs/maintenance/setting-commands.ts';
import type { CommandEffect } from '../pool/commands.ts';
import type { AuditRecord, SettingsChange } from '../records/audit.ts';
import type { SettingStores } from './decide-settings.ts';

/**
 * Whom to tell, where it is not the command itself, and who writes the record back, where this is part of
 * that.
 */
interface Telling {
  readonly id?: string;
  readonly restorer?: string | undefined;
  /** What was decided on the command when it came first, where it came again: its caller is told that. */
  readonly first?: AuditRecord | undefined;
}

/**
 * Does all that follows from a decision: documents, the copies on the queue store, the verdict. Done twice,
 * by a worker that others have overtaken too, it changes nothing: then `false`.
 */
export async function carryOut(
  record: AuditRecord,
  stores: SettingStores,
  { id = record._id, restorer, first = record }: Telling = {},
): Promise<boolean> {
  const { from, position: to, change } = record;
  const { verdict, kind, target } = first;
  for (const installed of await writeDocuments(record, stores)) await stores.pool.settings.install(installed);
  if (change?.kind === 'pause-queue' || change?.kind === 'resume-queue')
    await switchQueue(change.name, stores);
  if (change?.kind === 'retry-jobs') await stores.failedJobs.retry(change.name, change.jobs);
  const place = restorer === undefined ? { from, to } : { restorer };
  return stores.pool.commands.settleCommand(
    { chain: settingsChain, ...place },
    { id, verdict: { ...verdict, of: { kind, target } } },
    effectOf(change),
  );
}

/**
 * Pauses a queue or lets it go on, as was decided last. Whoever was overtaken meanwhile finds that out here
 * and does what the later command says.
 */
export async function switchQueue(
  name: QueueName,
  { audit, queueSwitch }: Pick<SettingStores, 'audit' | 'queueSwitch'>,
): Promise<void> {
  for (let done: boolean | undefined; ; ) {
    const paused = (await audit.pausedQueues()).get(name);
    if (paused === undefined || paused === done) return;
    await queueSwitch.pauseQueue(name, paused);
    done = paused;
  }
}

/**
 * Writes the documents of a decision. Returns the configurations that workers and producers get a copy of.
 */
export async function writeDocuments(
  { change, ordinal, decided_at: created_at }: AuditRecord,
  { ruleSets, configurations, settingTags }: SettingStores,
): Promise<readonly InstalledConfiguration[]> {
  if (change?.kind === 'rule-set') {
    const { name, version, body, split = [], users } = change;
    await ruleSets.store({
      name,
      version,
      ...(body === undefined ? { deleted: true } : { body }),
      created_at,
    });
    if (body === undefined) return [];
    const ruleSet = { name, version, body };
    const moved = await Promise.all(
      users.map(async (user): Promise<InstalledConfiguration[]> => {
        const before = await configurations.find(user.name, user.from);
        return before ? [{ ...before, version: user.version, ruleSet, split }] : [];
      }),
    );
    const copies = moved.flat();
    await configurations.store(copies.map((installed) => toStored(installed, created_at)));
    return copies;
  }
  if (change?.kind === 'configuration') {
    const { name, version } = change;
    if (!change.installed) {
      await configurations.store([{ name, version, deleted: true, created_at }]);
      return [];
    }
    const { configuration, ruleSet: of, split } = change.installed;
    const body = (await ruleSets.find(of.name, of.version))?.body;
    if (body === undefined) throw new Error(`the record has no rule set ${of.name} version ${of.version}`);
    const installed = { configuration: JSON.parse(configuration), version, ruleSet: { ...of, body }, split };
    await configurations.store([toStored(installed, created_at)]);
    return [installed];
  }
  if (change?.kind === 'tags') await settingTags.put(change.of, change, ordinal);
  return [];
}

const toStored = (installed: InstalledConfiguration, created_at: Date) => ({
  name: installed.configuration.name,
  version: installed.version,
  installed,
  created_at,
});

function effectOf(change: SettingsChange | undefined): CommandEffect | undefined {
  if (change?.kind === 'pause' || change?.kind === 'resume') return change;
  if (change?.kind !== 'configuration' || change.installed) return undefined;
  return { kind: 'remove', name: change.name, version: change.version };
}
