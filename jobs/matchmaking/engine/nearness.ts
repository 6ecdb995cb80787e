import { everyExpansion } from '../../rule-set/at-age.ts';
import { type Expression, rulesIn } from '../../rule-set/expression.ts';
import { type DistanceRule, largestMatch, type Rule, type RuleSet } from '../../rule-set/rule-set.ts';
import type { Columns } from './columns.ts';
import type { Nearness } from './engine.ts';
import type { Order } from './rules/judge.ts';
import type { Key } from './tickets.ts';

/**
 * What makes two tickets suit each other, read off the rule set: the numbers its distance rules limit
 * and the attribute it balances. The first one orders the pool's index.
 */
export function nearnessOf(ruleSet: RuleSet, columns: Columns): Nearness[] {
  const found = new Map<number, number>();
  for (const rule of ruleSet.rules) {
    const limited = limitedNumber(rule, columns);
    if (limited !== undefined && !found.has(limited.column)) found.set(limited.column, limited.scale);
  }
  const { balancedAttribute } = ruleSet.algorithm;
  if (balancedAttribute !== undefined) {
    const column = columns.measure(balancedAttribute, 'avg');
    if (!found.has(column)) found.set(column, 1);
  }
  const all = [...found].map(([column, scale]) => ({ column, scale: scale || 1 }));
  const windowed = all.findIndex(({ column }) =>
    ruleSet.rules.some((rule) => pairLimit(rule, ruleSet, columns)?.column === column),
  );
  return windowed > 0 ? [...all.splice(windowed, 1), ...all] : all;
}

/**
 * Columns of which the teams of a match should have alike means: what the rule set balances, else what the
 * configuration says that players are rated by, else all numbers that its rules limit. FlexMatch's own order
 * balances only where it is asked to.
 */
export function balanceColumnsOf(
  ruleSet: RuleSet,
  columns: Columns,
  nearness: readonly Nearness[],
  order: Order,
  balanceBy: string | undefined,
): number[] {
  const { strategy, balancedAttribute } = ruleSet.algorithm;
  if (strategy === 'balanced' && balancedAttribute !== undefined)
    return [columns.measure(balancedAttribute, 'avg')];
  const teams = ruleSet.teams.reduce((sum, { quantity }) => sum + quantity, 0);
  // A pair has nothing to split, and the nearest opponent is tried first.
  const pair = largestMatch(ruleSet.teams) <= 2 && !growsTeams(ruleSet);
  if (order === 'documented' || teams < 2 || pair) return [];
  return balanceBy === undefined ? nearness.map(({ column }) => column) : [columns.measure(balanceBy, 'avg')];
}

function limitedNumber(rule: Rule, columns: Columns): Nearness | undefined {
  if (rule.type !== 'distance' || rule.maxDistance === undefined) return undefined;
  const attribute = rule.measurements.map(attributeIn).find((name) => name !== undefined);
  if (attribute === undefined) return undefined;
  return {
    column: columns.measure(attribute.name, rule.partyAggregation, attribute.mapKey),
    scale: rule.maxDistance,
  };
}

function attributeIn(expression: Expression): { name: string; mapKey?: string } | undefined {
  if (expression.kind === 'call') return expression.name === 'count' ? undefined : attributeIn(expression.of);
  return expression.kind === 'path' && expression.property.of === 'attribute'
    ? expression.property
    : undefined;
}

/**
 * The furthest two tickets of one match can be apart in the first nearness, or Infinity. Taken from enforced
 * rules only, so no ticket outside the window of the anchor needs to be looked at.
 */
export function windowOf(ruleSet: RuleSet, nearness: readonly Nearness[], columns: Columns): number {
  const [primary] = nearness;
  if (primary === undefined) return Number.POSITIVE_INFINITY;
  const limits = ruleSet.rules.map((rule) => pairLimit(rule, ruleSet, columns));
  const fitting = limits
    .filter((limit) => limit?.column === primary.column)
    .map((limit) => limit?.distance ?? 0);
  return Math.min(Number.POSITIVE_INFINITY, ...fitting);
}

/** How far apart one rule lets any two tickets be, if it says so about all of them. */
function pairLimit(
  rule: Rule,
  ruleSet: RuleSet,
  columns: Columns,
): { column: number; distance: number } | undefined {
  if (rule.type !== 'distance' || rule.maxDistance === undefined || namedInCompound(rule, ruleSet))
    return undefined;
  for (const measurement of rule.measurements) {
    const values = everyPlayersValue(measurement, ruleSet);
    if (values?.mapKey !== undefined) continue;
    if (values !== undefined && rule.referenceValue.shape.depth === 0) {
      const column = columns.measure(values.name, rule.partyAggregation);
      // Each within maxDistance of one and the same reference: two of them within twice that.
      return { column, distance: 2 * rule.maxDistance };
    }
    const spread = spreadAttribute(rule, measurement, ruleSet);
    if (spread !== undefined && spread.mapKey === undefined)
      return { column: columns.measure(spread.name, rule.partyAggregation), distance: rule.maxDistance };
  }
  return undefined;
}

function namedInCompound(rule: Rule, ruleSet: RuleSet): boolean {
  return ruleSet.rules.some(
    (other) => other.type === 'compound' && rulesIn(other.statement).includes(rule.name),
  );
}

/**
 * `attributes[x]` of all players: a path over all teams, or any aggregate per team where no team holds two.
 */
function everyPlayersValue(
  expression: Expression,
  ruleSet: RuleSet,
): { name: string; mapKey?: string } | undefined {
  if (expression.kind === 'path') return overAllTeams(expression, ruleSet);
  if (expression.kind === 'literal' || expression.name === 'count' || expression.name === 'stddev')
    return undefined;
  if (expression.name === 'flatten') return everyPlayersValue(expression.of, ruleSet);
  const alone = ruleSet.teams.every((team) => team.maxPlayers === 1) && !growsTeams(ruleSet);
  return alone && expression.of.kind === 'path' && expression.of.grouped
    ? overAllTeams(expression.of, ruleSet)
    : undefined;
}

function growsTeams(ruleSet: RuleSet): boolean {
  return ruleSet.expansions.some(({ property }) => property === 'maxPlayers');
}

function overAllTeams(path: Extract<Expression, { kind: 'path' }>, ruleSet: RuleSet) {
  const count = ruleSet.teams.reduce((sum, team) => sum + team.quantity, 0);
  return path.property.of === 'attribute' && new Set(path.teams).size === count ? path.property : undefined;
}

/** `max(flatten(x))` from `min(flatten(x))`, or the other way round. */
function spreadAttribute(rule: DistanceRule, measurement: Expression, ruleSet: RuleSet) {
  const reference = rule.referenceValue;
  if (measurement.kind !== 'call' || reference.kind !== 'call') return undefined;
  const ends = [measurement.name, reference.name].sort().join();
  if (ends !== 'max,min' || JSON.stringify(measurement.of) !== JSON.stringify(reference.of)) return undefined;
  return everyPlayersValue(measurement.of, ruleSet);
}

/** A rule that splits the pool for good, by what all members of a match share. */
interface KeyRule {
  /** Index into the rule set's rules. */
  readonly rule: number;
  readonly keys: readonly Key[];
}

/** Enforced, never expanded, equality over all players. */
export function keyRulesOf(ruleSet: RuleSet): KeyRule[] {
  const expanded = new Set(everyExpansion(ruleSet).flatMap(({ of, names }) => (of === 'rules' ? names : [])));
  return ruleSet.rules.flatMap((rule, index): KeyRule[] => {
    if (expanded.has(rule.name) || namedInCompound(rule, ruleSet)) return [];
    const keys = sharedBy(rule, ruleSet);
    return keys.length === 0 ? [] : [{ rule: index, keys }];
  });
}

function sharedBy(rule: Rule, ruleSet: RuleSet): Key[] {
  if (rule.type !== 'comparison' || rule.operation !== '=' || rule.referenceValue !== undefined) return [];
  const aggregation = rule.partyAggregation ?? 'each';
  // Averages of decimals that equal each other but for rounding would fall into different buckets.
  if (aggregation === 'avg') return [];
  return rule.measurements.flatMap((measurement) => {
    const values = measurement.shape.depth === 1 ? everyPlayersValue(measurement, ruleSet) : undefined;
    // A missing map key is no value, which equals anything.
    return values === undefined || values.mapKey !== undefined ? [] : [{ name: values.name, aggregation }];
  });
}
