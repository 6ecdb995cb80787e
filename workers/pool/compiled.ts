import type { InstalledConfiguration } from '../../jobs/configuration/configuration.ts';
import { openPoolOf } from '../../jobs/configuration/pool-name.ts';
import { qualityTarget } from '../../jobs/configuration/quality.ts';
import { type Company, companyFor } from '../../jobs/matchmaking/backfill.ts';
import { compileRuleSet, type Engine } from '../../jobs/matchmaking/engine/compile.ts';
import { loadRuleSetWith, type RuleSet } from '../../jobs/rule-set/load.ts';
import { partyWithin } from '../../jobs/ticket/ticket.ts';
import type { Pool } from './pool.ts';

/** A configuration ready to run: settings, the loaded rule set, and the engine compiled from both. */
export interface CurrentConfiguration {
  readonly installed: InstalledConfiguration;
  readonly ruleSet: RuleSet;
  readonly engine: Engine;
  /** The pool of a ticket of these players. */
  readonly poolOf: ReturnType<typeof openPoolOf>;
  /** What the players of a ticket may look like. */
  readonly party: ReturnType<typeof partyWithin>;
}

/**
 * A rule set in force that this worker cannot load. It was checked when it was put, so a newer worker can.
 */
export class RuleSetUnloadable extends Error {
  override readonly name = 'RuleSetUnloadable';
}

export type Compiled = ReturnType<typeof openCompiled>;

/**
 * How long (ms) a copy is used without a look at Redis; a cycle, which knows the version in force, never
 * waits for it.
 */
const freshMs = 1_000;

/**
 * Configurations by name, compiled once per version. A rule set that no longer loads throws {@link
 * RuleSetUnloadable}.
 */
export function openCompiled(pool: Pool) {
  const copies = new Map<string, { current: CurrentConfiguration; readAt: number }>();
  const underWay = new Map<string, Promise<CurrentConfiguration | undefined>>();

  const read = async (name: string): Promise<CurrentConfiguration | undefined> => {
    const installed = await pool.settings.installed(name);
    if (!installed) return undefined;
    const known = copies.get(name)?.current;
    const current = known?.installed.version === installed.version ? known : compile(installed);
    copies.set(name, { current, readAt: Date.now() });
    return current;
  };
  /** Callers that ask while a reading is under way share it. */
  const readOnce = (name: string): Promise<CurrentConfiguration | undefined> => {
    const reading = underWay.get(name) ?? read(name).finally(() => underWay.delete(name));
    underWay.set(name, reading);
    return reading;
  };

  const compiled = {
    /** `version`: the one in force, when the caller knows it. */
    async current(name: string, version?: number): Promise<CurrentConfiguration | undefined> {
      const copy = copies.get(name);
      const fresh =
        version === undefined
          ? Date.now() - (copy?.readAt ?? 0) < freshMs
          : copy?.current.installed.version === version;
      if (copy && fresh) return copy.current;
      const current = await readOnce(name);
      // A reading that began before this version was installed does not have it.
      return version === undefined || current?.installed.version === version ? current : read(name);
    },

    /**
     * What finds a stored match company, by its configuration in force; nothing where the rule set of that
     * does not load.
     */
    async company(name: string): Promise<Company | undefined> {
      const current = await compiled.current(name).catch((error: unknown) => {
        if (error instanceof RuleSetUnloadable) return undefined;
        throw error;
      });
      return current && companyFor(current.installed.configuration, current.ruleSet);
    },
  };
  return compiled;
}

function compile(installed: InstalledConfiguration): CurrentConfiguration {
  const { backfillExpansions } = installed.configuration;
  const loaded = loadRuleSetWith(installed.ruleSet.body, backfillExpansions);
  if (!loaded.ok) {
    const problems = loaded.problems.map((it) => `${it.path}: ${it.message}`).join('; ');
    throw new RuleSetUnloadable(
      `rule set ${installed.ruleSet.name} version ${installed.ruleSet.version} does not load here: ${problems}`,
    );
  }
  const { ruleSet } = loaded;
  const { name, order, limits, minimumHoldSeconds, ratingAttributes, avoidRecentOpponents } =
    installed.configuration;
  const [balanceBy] = Object.keys(ratingAttributes);
  return {
    installed,
    ruleSet,
    engine: compileRuleSet(ruleSet, {
      order,
      holdMs: minimumHoldSeconds * 1_000,
      avoidsRecent: avoidRecentOpponents > 0,
      ...(balanceBy !== undefined && { balanceBy }),
      quality: qualityTarget(installed.configuration, ruleSet),
    }),
    poolOf: openPoolOf(name, installed.split),
    party: partyWithin(limits),
  };
}
