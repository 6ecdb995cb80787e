import type { z } from 'zod';
import { done, refused } from '../../jobs/contract.ts';
import type { pauseConfiguration, putConfiguration, putRuleSet } from '../../jobs/maintenance/maintenance.ts';
import type { Configuration, InstalledConfiguration } from '../../jobs/matchmaking/configuration.ts';
import { checkQuality } from '../../jobs/matchmaking/quality.ts';
import { checkRatingAttributes } from '../../jobs/matchmaking/rating-attributes.ts';
import { type LoadedRuleSet, loadRuleSet, loadRuleSetWith } from '../../jobs/matchmaking/rule-set/load.ts';
import type { Handler } from '../handler.ts';
import { topicFollower } from '../pool/followers.ts';
import type { Pool } from '../pool/pool.ts';
import type { Configurations } from '../records/configurations.ts';
import type { RuleSets } from '../records/rule-sets.ts';

export interface SettingStores {
  readonly pool: Pool;
  readonly ruleSets: RuleSets;
  readonly configurations: Configurations;
}

/** Stores a rule set, and moves every configuration that names it to the new version at its next cycle. */
export const storeRuleSet =
  ({ pool, ruleSets, configurations }: SettingStores): Handler<z.output<typeof putRuleSet.item>> =>
  async ([item]) => {
    if (!item) return done();
    const loaded = loadRuleSet(item.body);
    if (!loaded.ok) return refused(problemsIn(loaded));
    const users = (await configurations.all()).filter((it) => it.configuration.ruleSetName === item.name);
    for (const { configuration } of users) {
      const misfit = misfitOf(configuration, item.body);
      if (misfit) return refused(`configuration ${configuration.name} does not fit it:\n${misfit}`);
    }
    const now = new Date();
    const { version } = await ruleSets.put(item.name, item.body, now);
    for (const user of users) {
      const refresh = async (previous = user) => ({
        configuration: previous.configuration,
        ruleSet: (await latestRuleSet(ruleSets, previous.configuration.ruleSetName)) ?? previous.ruleSet,
      });
      await pool.install(await configurations.put(user.configuration.name, refresh, now));
    }
    return done({ version, warnings: loaded.warnings });
  };

/** Stores a configuration with its rule set's latest version, in DocumentDB first: Redis holds only a copy. */
export const storeConfiguration =
  ({ pool, ruleSets, configurations }: SettingStores): Handler<z.output<typeof putConfiguration.item>> =>
  async ([configuration]) => {
    if (!configuration) return done();
    const { ruleSetName } = configuration;
    const found = await latestRuleSet(ruleSets, ruleSetName);
    if (!found) return refused(`ruleSetName: there is no rule set ${ruleSetName}; put it first`);
    const misfit = misfitOf(configuration, found.body);
    if (misfit) return refused(misfit);
    const wanted = async () => ({
      configuration,
      ruleSet: (await latestRuleSet(ruleSets, ruleSetName)) ?? found,
    });
    const installed = await configurations.put(configuration.name, wanted, new Date());
    await pool.install(installed);
    return done({ version: installed.version });
  };

/** What of a configuration does not fit a rule set: its own expansions, what it takes from ratings, or its quality target. */
function misfitOf(configuration: Configuration, body: string): string | undefined {
  const { backfillExpansions, ratingAttributes = {}, quality } = configuration;
  const fitting = loadRuleSetWith(body, backfillExpansions);
  if (!fitting.ok) return problemsIn(fitting);
  const problems = [
    ...checkRatingAttributes(ratingAttributes, fitting.ruleSet),
    ...checkQuality({ quality, ratingAttributes }, fitting.ruleSet),
  ];
  return problems.length > 0 ? problems.map((it) => `${it.path}: ${it.message}`).join('\n') : undefined;
}

/** Pauses a configuration or resumes it, on Redis alone: a queue Redis that starts empty knows of no pause. */
export const pauseOrResume =
  ({ pool }: Pick<SettingStores, 'pool'>): Handler<z.output<typeof pauseConfiguration.item>> =>
  async ([item]) => {
    if (!item) return done();
    const pausedSince = await pool.pause(item.name, item.action);
    if (pausedSince === 'missing') return refused(`name: there is no configuration ${item.name}`);
    return done({ name: item.name, ...(pausedSince !== undefined && { pausedSince }) });
  };

const problemsIn = ({ problems }: Extract<LoadedRuleSet, { ok: false }>): string =>
  problems.map((it) => (it.path ? `${it.path}: ${it.message}` : it.message)).join('\n');

async function latestRuleSet(
  ruleSets: RuleSets,
  name: string,
): Promise<InstalledConfiguration['ruleSet'] | undefined> {
  const record = await ruleSets.latest(name);
  return record && { name: record.name, version: record.version, body: record.body };
}

/**
 * Gives Redis the configurations from DocumentDB, at start-up, since the queue Redis may be new. The topic that hears the whole
 * fleet's events misses none from here on.
 */
export async function installAll(
  { pool, configurations }: Omit<SettingStores, 'ruleSets'>,
  fleetTopic: string | undefined,
): Promise<void> {
  if (fleetTopic !== undefined) await pool.beginFollowing('events', topicFollower(fleetTopic));
  for (const installed of await configurations.all()) await pool.install(installed);
}
