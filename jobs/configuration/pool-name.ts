import { z } from 'zod';
import { named } from '../by-name.ts';
import { everyExpansion } from '../rule-set/at-age.ts';
import type { RuleSet } from '../rule-set/rule-set.ts';
import type { TicketPlayer } from '../ticket/ticket.ts';

/**
 * A pool's name: its configuration, and behind it, where the rule set has string `batchDistance` rules, one
 * value each that all of its tickets share: `race/eu/ranked`. Values are percent-encoded, so `/` stands
 * between them only. Tickets of different pools could never meet, so pools run in parallel across the fleet.
 */
export const poolName = z.string().min(1).max(16_384);

/** The configuration a pool belongs to. */
export const configurationOf = (pool: string): string => pool.split('/', 1)[0] ?? '';

/**
 * The values behind the configuration, in the order of the rules; none where the pool is the whole
 * configuration.
 */
export const valuesOf = (pool: string): string[] => pool.split('/').slice(1).map(decodeURIComponent);

/** The string attributes that split a configuration into pools, in the order of the rules that name them. */
export function poolKeys(ruleSet: RuleSet): string[] {
  const { rules, attributes } = ruleSet;
  const expanded = new Set(everyExpansion(ruleSet).flatMap(({ of, names }) => (of === 'rules' ? names : [])));
  const keys = rules.flatMap((rule) =>
    rule.type === 'batchDistance' && rule.maxDistance === undefined && !expanded.has(rule.name)
      ? [rule.batchAttribute]
      : [],
  );
  return [...new Set(keys)].filter((key) =>
    attributes.some(({ name, type }) => name === key && type === 'string'),
  );
}

/** An attribute that splits a configuration into pools, and what players have who do not say. */
export interface PoolSplit {
  readonly attribute: string;
  readonly fallback: string;
}

/** What splits a rule set's configurations, in the order in which a pool's name says it. */
export const poolSplits = (ruleSet: RuleSet): PoolSplit[] =>
  poolKeys(ruleSet).map((attribute) => {
    const fallback = ruleSet.attributes.find(({ name }) => name === attribute)?.default;
    return { attribute, fallback: typeof fallback === 'string' ? fallback : '' };
  });

/**
 * Tells the pool that a ticket of these players waits in. Where the first player has no value and there is no
 * default, or where the players differ, no match can ever hold the ticket: it waits, like on FlexMatch,
 * wherever its first player would.
 */
export function openPoolOf(
  configuration: string,
  splits: readonly PoolSplit[],
): (players: readonly TicketPlayer[]) => string {
  if (splits.length === 0) return () => configuration;
  return ([first]) => {
    const values = splits.map(({ attribute, fallback }) => {
      const given = named(first?.attributes, attribute);
      const value = given && 'S' in given ? given.S : fallback;
      return encodeURIComponent(value.toWellFormed());
    });
    return [configuration, ...values].join('/');
  };
}
