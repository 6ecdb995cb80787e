import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Command, CommandEnvelope } from '../../jobs/commands.ts';
import type { Configuration, InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import { poolSplits } from '../../jobs/configuration/pool-name.ts';
import { checkQuality } from '../../jobs/configuration/quality.ts';
import { checkTaken } from '../../jobs/configuration/rating-attributes.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { keptChanges } from '../../jobs/json-diff.ts';
import {
  deleteConfiguration,
  deleteRuleSet,
  pauseConfiguration,
  pauseQueue,
  putConfiguration,
  putRuleSet,
  resumeConfiguration,
  resumeQueue,
  retryJobs,
  tagSetting,
} from '../../jobs/maintenance/setting-commands.ts';
import { type LoadedRuleSet, loadRuleSet, loadRuleSetWith } from '../../jobs/rule-set/load.ts';
import type { OperatorKeys } from '../keys/operator-keys.ts';
import type { Pool } from '../pool/pool.ts';
import type { Audit } from '../records/audit.ts';
import type { Configurations } from '../records/configurations.ts';
import type { RuleSets } from '../records/rule-sets.ts';
import { decideRetry } from './decide-retry.ts';
import { decideTags } from './decide-tags.ts';
import { type Decision, decided, refuse } from './decision.ts';
import type { DescribedStores } from './describe-settings.ts';
import type { FailedJobs } from './failed-jobs.ts';
import type { QueueSwitch } from './queue-switch.ts';

export interface SettingStores extends DescribedStores {
  readonly pool: Pool;
  readonly audit: Audit;
  readonly ruleSets: RuleSets;
  readonly configurations: Configurations;
  readonly queueSwitch: QueueSwitch;
  readonly failedJobs: FailedJobs;
  readonly operatorKeys: Pick<OperatorKeys, 'open'>;
}

/** A command as it is decided on: who has given it is proven, and its body is opened. */
export type Proven = Omit<CommandEnvelope, 'body' | 'signature'> & { readonly body: unknown };

/**
 * Decides on a command by the record as it is. `now`: Redis time, ms. Nothing is written. A command that
 * breaks the code that decides is refused: thrown again and again it would keep those behind it waiting.
 */
export async function decideOn(
  { kind, body, target, expects }: Proven,
  stores: SettingStores,
  now: number,
): Promise<Decision> {
  const decide = deciders.get(kind);
  if (!decide) return refuse(`kind: ${kind} is no command of settings`);
  try {
    if (expects !== undefined) {
      const version = await versionOf(kind, target, stores);
      if (version !== expects) return refuse(`expects: ${target} is at version ${version}, not ${expects}`);
    }
    return await decide({ item: body, target }, stores, now);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return refuse(`could not decide on it: ${error.message}`);
  }
}

/** The version in force of a command's target; 0: there is none. */
async function versionOf(
  kind: string,
  name: string,
  { ruleSets, configurations }: SettingStores,
): Promise<number> {
  const isRuleSet = kind === putRuleSet.kind || kind === deleteRuleSet.kind;
  const latest = await (isRuleSet ? ruleSets : configurations).latest(name);
  return latest === undefined || latest.deleted ? 0 : latest.version;
}

type Decide<Item> = (item: Item, stores: SettingStores, now: number) => Promise<Decision>;

interface Asked {
  readonly item: unknown;
  readonly target: string;
}

/** What waits in a chain is what somebody wrote there: it is parsed like any input. */
const decider =
  <Item>({ item: schema, targetOf }: Command<Item>, decide: Decide<Item>): Decide<Asked> =>
  async ({ item, target }, stores, now) => {
    const parsed = schema.safeParse(item);
    if (!parsed.success) return refuse(problemsOf(parsed.error).join('; '));
    const named = targetOf(parsed.data);
    return named === target
      ? decide(parsed.data, stores, now)
      : refuse(`target: the command says ${target}, and what it asks is of ${named}`);
  };

const decidePutRuleSet: Decide<z.output<typeof putRuleSet.item>> = async ({ name, body }, stores) => {
  const { ruleSets, configurations } = stores;
  const loaded = loadRuleSet(body);
  if (!loaded.ok) return refuse(problemsIn(loaded));
  const users = (await configurations.all()).filter((it) => it.configuration.ruleSetName === name);
  for (const { configuration } of users) {
    const misfit = misfitOf(configuration, body);
    if (misfit) return refuse(`configuration ${configuration.name} does not fit it:\n${misfit}`);
  }
  const latest = await ruleSets.latest(name);
  const version = latest?.body === body ? latest.version : (latest?.version ?? 0) + 1;
  const outdated = users.filter((it) => it.ruleSet.version !== version);
  const { warnings } = loaded;
  if (version === latest?.version && outdated.length === 0) return decided({ version, warnings });
  const moved = outdated.map(async ({ configuration, version: from }) => ({
    name: configuration.name,
    version: await nextVersion(configuration.name, from, stores),
    from,
  }));
  const split = poolSplits(loaded.ruleSet);
  const change = { kind: 'rule-set', name, version, body, split, users: await Promise.all(moved) } as const;
  return decided({ version, warnings }, change, keptChanges(fieldsOf(latest?.body), fieldsOf(body)));
};

const decideDeleteRuleSet: Decide<z.output<typeof deleteRuleSet.item>> = async ({ name }, stores) => {
  const { ruleSets, configurations } = stores;
  const latest = await ruleSets.latest(name);
  if (latest?.body === undefined) return refuse(`name: there is no rule set ${name}`);
  const users = (await configurations.all()).filter((it) => it.configuration.ruleSetName === name);
  const names = users.map((it) => it.configuration.name).join(', ');
  if (users.length > 0)
    return refuse(`name: rule set ${name} is used by ${names}; delete or change those first`);
  const version = latest.version + 1;
  return decided({ version }, { kind: 'rule-set', name, version, users: [] });
};

const decidePutConfiguration: Decide<Configuration> = async (configuration, stores) => {
  const { name, ruleSetName } = configuration;
  const ruleSet = await stores.ruleSets.latest(ruleSetName);
  if (ruleSet?.body === undefined)
    return refuse(`ruleSetName: there is no rule set ${ruleSetName}; put it first`);
  const misfit = misfitOf(configuration, ruleSet.body);
  if (misfit) return refuse(misfit);
  const latest = await stores.configurations.latest(name);
  const version = await nextVersion(name, latest?.version, stores);
  const before = latest?.installed;
  // The store has had a higher version where the record went back.
  if (before && version === before.version + 1 && says(before, configuration, ruleSet.version))
    return decided({ version: before.version });
  const loaded = loadRuleSet(ruleSet.body);
  const split = loaded.ok ? poolSplits(loaded.ruleSet) : [];
  const installed = {
    configuration: JSON.stringify(configuration),
    ruleSet: { name: ruleSetName, version: ruleSet.version },
    split,
  };
  const change = { kind: 'configuration', name, version, installed } as const;
  return decided({ version }, change, keptChanges(before?.configuration, configuration));
};

const decideDeleteConfiguration: Decide<z.output<typeof deleteConfiguration.item>> = async (
  { name },
  stores,
) => {
  const latest = await stores.configurations.latest(name);
  if (!latest?.installed) return refuse(`name: there is no configuration ${name}`);
  const searching = (await stores.pool.activity.searching()).get(name) ?? 0;
  if (searching > 0)
    return refuse(`name: tickets search in ${name} (${searching}); it can be deleted when none does`);
  const version = await nextVersion(name, latest.version, stores);
  return decided({ version }, { kind: 'configuration', name, version });
};

/** Paused twice it is paused since the first time. */
const decidePause: Decide<z.output<typeof pauseConfiguration.item>> = async ({ name }, stores, now) => {
  if (!(await stores.configurations.latest(name))?.installed)
    return refuse(`name: there is no configuration ${name}`);
  const since = (await stores.audit.paused()).get(name) ?? now;
  return decided({ pausedSince: since }, { kind: 'pause', name, since });
};

const decideResume: Decide<z.output<typeof resumeConfiguration.item>> = async ({ name }, stores) =>
  (await stores.configurations.latest(name))?.installed
    ? decided({}, { kind: 'resume', name })
    : refuse(`name: there is no configuration ${name}`);

const decideQueue =
  (kind: 'pause-queue' | 'resume-queue'): Decide<z.output<typeof pauseQueue.item>> =>
  async ({ name }) =>
    decided({}, { kind, name });

const deciders: ReadonlyMap<string, Decide<Asked>> = new Map([
  [putRuleSet.kind, decider(putRuleSet, decidePutRuleSet)],
  [deleteRuleSet.kind, decider(deleteRuleSet, decideDeleteRuleSet)],
  [putConfiguration.kind, decider(putConfiguration, decidePutConfiguration)],
  [deleteConfiguration.kind, decider(deleteConfiguration, decideDeleteConfiguration)],
  [pauseConfiguration.kind, decider(pauseConfiguration, decidePause)],
  [resumeConfiguration.kind, decider(resumeConfiguration, decideResume)],
  [pauseQueue.kind, decider(pauseQueue, decideQueue('pause-queue'))],
  [resumeQueue.kind, decider(resumeQueue, decideQueue('resume-queue'))],
  [retryJobs.kind, decider(retryJobs, decideRetry)],
  [tagSetting.kind, decider(tagSetting, decideTags)],
]);

/** Higher than any version that the record or the queue store has had: either may have gone back in time. */
const nextVersion = async (name: string, onRecord: number | undefined, { pool }: SettingStores) =>
  Math.max(onRecord ?? 0, await pool.settings.installedVersion(name)) + 1;

const says = (
  { configuration, ruleSet }: InstalledConfiguration,
  wanted: Configuration,
  ruleSetVersion: number,
): boolean =>
  // As JSON: what is read from a request has objects without prototype.
  isDeepStrictEqual(configuration, JSON.parse(JSON.stringify(wanted))) &&
  ruleSet.name === wanted.ruleSetName &&
  ruleSet.version === ruleSetVersion;

/**
 * What of a configuration does not fit a rule set: its own expansions, what it takes from ratings, or its
 * quality target.
 */
function misfitOf(configuration: Configuration, body: string): string | undefined {
  const { backfillExpansions, ratingAttributes, quality } = configuration;
  const fitting = loadRuleSetWith(body, backfillExpansions);
  if (!fitting.ok) return problemsIn(fitting);
  const problems = [
    ...checkTaken(configuration, fitting.ruleSet),
    ...checkQuality({ quality, ratingAttributes }, fitting.ruleSet),
  ];
  return problems.length > 0 ? problems.map((it) => `${it.path}: ${it.message}`).join('\n') : undefined;
}

/** A rule set as the audit compares it. */
const fieldsOf = (body: string | undefined): unknown => (body === undefined ? undefined : JSON.parse(body));

const problemsIn = ({ problems }: Extract<LoadedRuleSet, { ok: false }>): string =>
  problems.map((it) => (it.path ? `${it.path}: ${it.message}` : it.message)).join('\n');
