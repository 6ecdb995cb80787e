import { evaluationsOf } from '../rule-set/evaluations.ts';
import { pathsOf, rulesIn } from '../rule-set/expression.ts';
import { instanceNames, type Rule, type RuleSet } from '../rule-set/rule-set.ts';
import { everyExpansion, ofBackfill, onlyLoosens, ruleSetAt, stageStarts } from './at-age.ts';
import { Columns } from './columns.ts';
import type { Check, Engine, Judgement, Stage } from './engine.ts';
import { keyRulesOf, nearnessOf, windowOf } from './nearness.ts';
import { sortRulesOf } from './preference.ts';
import { canBreak, compileRule, latencyIndex, type RuleScope } from './rules/compile-rule.ts';
import type { Order } from './rules/judge.ts';
import type { PlacedLatency } from './rules/latency.ts';

export type { Engine } from './engine.ts';

/**
 * FlexMatch keeps an unstated best batch size; this many tickets are ordered before the first is tried. With `random` it
 * draws a batch by lot; here it is those nearest on the pool's index, since a lot could leave out the best.
 */
const batch = 256;

interface Options {
  /** Default `closest`. */
  readonly order?: Order;
  /** How long (ms) the oldest ticket of a match below its maximum must have waited. Default 0: not at all. */
  readonly holdMs?: number;
}

/** Compiles a rule set once. */
export function compileRuleSet(ruleSet: RuleSet, options: Options = {}): Engine {
  const { holdMs = 0 } = options;
  const order = options.order ?? 'closest';
  const columns = new Columns(ruleSet.attributes);
  const teamNames = ruleSet.teams.flatMap(instanceNames);
  const scope: RuleScope = {
    order,
    columns,
    teamIndex: new Map(teamNames.map((name, index) => [name, index])),
    latencyAggregations: [],
    prunes: onlyLoosens(ruleSet) && onlyLoosens(ofBackfill(ruleSet)),
  };
  const keyRules = keyRulesOf(ruleSet, columns);
  const nearness = nearnessOf(ruleSet, columns);
  const sortRules = sortRulesOf(ruleSet);
  const stages: Stage[] = [];
  // The end of the hold is a stage like any other, so that whoever reaches it wakes.
  const starts = [...new Set([...stageStarts(ruleSet), holdMs])].sort((a, b) => a - b);
  for (const from of starts) {
    const effective = ruleSetAt(ruleSet, from);
    const earlier = stages.at(-1);
    const judgement = judgementOf(effective, scope);
    const filling = ruleSet.backfillExpansions && ruleSetAt(ofBackfill(ruleSet), from);
    const backfill = filling ? judgementOf(filling, scope) : judgement;
    const fewest = [judgement, backfill].map((it) => it.minPlayers.reduce((sum, min) => sum + min, 0));
    const windows = [effective, filling ?? effective].map((it) => windowOf(it, nearness, columns));
    stages.push({
      from,
      ...judgement,
      backfill,
      fewest: Math.min(...fewest, earlier?.fewest ?? Number.POSITIVE_INFINITY),
      room: judgement.maxPlayers.map((max, team) =>
        Math.max(max, backfill.maxPlayers[team] ?? 0, earlier?.room[team] ?? 0),
      ),
      window: Math.max(earlier?.window ?? 0, ...windows),
    });
  }
  return {
    ruleSet,
    order,
    algorithm: ruleSet.algorithm,
    ruleNames: ruleSet.rules.map((rule) => rule.name),
    evaluations: evaluationsOf(ruleSet.rules),
    teamNames,
    teamIndex: scope.teamIndex,
    teamClass: teamClasses(ruleSet, teamNames),
    columns,
    keyRules: keyRules.map(({ rule }) => rule),
    keyColumns: [...new Set(keyRules.flatMap((rule) => rule.columns))],
    nearness,
    sortRules,
    sortColumns: ruleSet.algorithm.batchingPreference === 'sorted' ? ruleSet.algorithm.sortByAttributes : [],
    batchSize: order === 'documented' || sortRules.length > 0 ? batch : undefined,
    latencyAggregations: scope.latencyAggregations,
    stages,
    holdMs,
    heldBelow: starts.indexOf(holdMs),
  };
}

function judgementOf(effective: RuleSet, scope: RuleScope): Judgement {
  return {
    minPlayers: perInstance(effective, 'minPlayers'),
    maxPlayers: perInstance(effective, 'maxPlayers'),
    checks: compileChecks(effective, scope),
    latencyRules: latencyRules(effective, scope),
    latencyLimits: latencyRules(effective, scope).flatMap(({ rule: { maxLatency }, index }) =>
      maxLatency === undefined ? [] : [{ index, maxLatency }],
    ),
  };
}

function perInstance(ruleSet: RuleSet, property: 'minPlayers' | 'maxPlayers'): number[] {
  return ruleSet.teams.flatMap((team) => instanceNames(team).map(() => team[property]));
}

/** Sort rules reject nobody; a rule named in a compound is enforced only through it. */
function enforcedRules(ruleSet: RuleSet): Rule[] {
  const inCompounds = new Set(
    ruleSet.rules.flatMap((rule) => (rule.type === 'compound' ? rulesIn(rule.statement) : [])),
  );
  return ruleSet.rules.filter(
    ({ name, type }) => !inCompounds.has(name) && type !== 'absoluteSort' && type !== 'distanceSort',
  );
}

function compileChecks(ruleSet: RuleSet, scope: RuleScope): Check[] {
  const enforced = enforcedRules(ruleSet);
  const checks = enforced.map((rule, index) => ({
    rule: ruleSet.rules.indexOf(rule),
    judge: compileRule(
      rule,
      ruleSet.rules,
      scope,
      enforced.slice(0, index).filter((earlier) => earlier.type === 'latency'),
    ),
    prunes: canBreak(rule, scope),
  }));
  return checks.sort((a, b) => Number(b.prunes) - Number(a.prunes));
}

function latencyRules(ruleSet: RuleSet, scope: RuleScope): PlacedLatency[] {
  return enforcedRules(ruleSet).flatMap((rule) =>
    rule.type === 'latency' ? [{ rule, index: latencyIndex(scope, rule.partyAggregation) }] : [],
  );
}

/** Two instances are alike when they have the same sizes at every age and stand in the same paths of every rule. */
function teamClasses(ruleSet: RuleSet, teamNames: readonly string[]): number[] {
  const paths = ruleSet.rules.flatMap((rule) => {
    const expressions = 'measurements' in rule ? [...rule.measurements, rule.referenceValue] : [];
    return expressions.flatMap((expression) => (expression === undefined ? [] : pathsOf(expression)));
  });
  const steps = everyExpansion(ruleSet).flatMap((expansion) =>
    expansion.steps.flatMap(({ value }) => (typeof value === 'object' ? pathsOf(value) : [])),
  );
  const judged = [ruleSet, ofBackfill(ruleSet)];
  const ages = stageStarts(ruleSet).map((from) => judged.map((judging) => ruleSetAt(judging, from).teams));
  const signatures = ruleSet.teams.flatMap((team, index) => {
    const sizes = ages.map((each) =>
      each.map((teams) => [teams[index]?.minPlayers, teams[index]?.maxPlayers]),
    );
    return instanceNames(team).map((name) =>
      JSON.stringify([sizes, [...paths, ...steps].map((path) => path.teams.includes(name))]),
    );
  });
  return teamNames.map((_, index) => signatures.indexOf(signatures[index] ?? ''));
}
