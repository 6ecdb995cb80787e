import type { QualityTarget } from '../../configuration/quality.ts';
import { everyExpansion, ofBackfill, onlyLoosens, ruleSetAt, stageStarts } from '../../rule-set/at-age.ts';
import { evaluationsOf } from '../../rule-set/evaluations.ts';
import { type Expression, pathsOf, rulesIn } from '../../rule-set/expression.ts';
import {
  expressionsOf,
  instanceNames,
  type LatencyRule,
  largestMatch,
  type Rule,
  type RuleSet,
} from '../../rule-set/rule-set.ts';
import { reportedBy, sharedBits, withinReach } from './batch.ts';
import { asDistances } from './batch-distance.ts';
import { Columns } from './columns.ts';
import type { Check, Engine, Judgement, Stage } from './engine.ts';
import { compileEvenness } from './evenness.ts';
import { fastestIn, spillsAfterMs } from './fastest-region.ts';
import { balanceColumnsOf, keyRulesOf, nearnessOf, windowOf } from './nearness.ts';
import { sortRulesOf } from './preference.ts';
import { canBreak, compileRule, type RuleScope } from './rules/compile-rule.ts';
import type { Order } from './rules/judge.ts';
import { judgeByReach } from './rules/latency.ts';
import { Runs } from './runs.ts';

export type { Engine } from './engine.ts';

/**
 * FlexMatch keeps an unstated best batch size; this many tickets are ordered before the first is tried. With
 * `random` it draws a batch by lot; here it is those nearest on the pool's index, since a lot could leave out
 * the best.
 */
const batch = 256;

interface Options {
  /** Default `closest`. */
  readonly order?: Order;
  /** How long (ms) the oldest ticket of a match below its maximum must have waited. Default 0: not at all. */
  readonly holdMs?: number;
  /**
   * Number attribute that teams are made even by. Default: `balancedAttribute`, else what the rules limit.
   */
  readonly balanceBy?: string;
  /** Whether recent opponents are passed over while there is anybody else. Default false. */
  readonly avoidsRecent?: boolean;
  /** How even a match has to be. Absent: as the rules allow. */
  readonly quality?: QualityTarget | undefined;
}

/** Compiles a rule set once. */
export function compileRuleSet(original: RuleSet, options: Options = {}): Engine {
  const ruleSet = asDistances(original);
  const { holdMs = 0, quality } = options;
  const order = options.order ?? 'closest';
  const columns = new Columns(ruleSet.attributes);
  const teamNames = ruleSet.teams.flatMap(instanceNames);
  const scope: RuleScope = {
    order,
    columns,
    teamIndex: new Map(teamNames.map((name, index) => [name, index])),
    runs: new Runs(),
    prunes: onlyLoosens(ruleSet) && onlyLoosens(ofBackfill(ruleSet)),
  };
  const keyRules = keyRulesOf(ruleSet);
  const nearness = nearnessOf(ruleSet, columns);
  const balanceColumns = balanceColumnsOf(ruleSet, columns, nearness, order, options.balanceBy);
  const sortRules = sortRulesOf(ruleSet);
  const stages: Stage[] = [];
  // The end of the hold is a stage like any other, and so is each easing, so that whoever reaches it wakes.
  const spills = ruleSet.algorithm.batchingPreference === 'fastestRegion' ? [spillsAfterMs] : [];
  const changes = [...stageStarts(ruleSet), holdMs, ...(quality?.easesAt ?? []), ...spills];
  const starts = [...new Set(changes)].sort((a, b) => a - b);
  for (const from of starts) {
    const effective = ruleSetAt(ruleSet, from);
    const earlier = stages.at(-1);
    const judgement = judgementOf(effective, scope, true);
    const filling = ruleSet.backfillExpansions && ruleSetAt(ofBackfill(ruleSet), from);
    const backfill = filling ? judgementOf(filling, scope, false) : judgement;
    const fewest = [judgement, backfill].map((it) => it.minPlayers.reduce((sum, min) => sum + min, 0));
    const peopled = [judgement, backfill].map((it) => it.minPlayers.filter((min) => min > 0).length);
    const windows = [effective, filling ?? effective].map((it) => windowOf(it, nearness, columns));
    stages.push({
      from,
      ...judgement,
      backfill,
      fewest: Math.min(...fewest, earlier?.fewest ?? Number.POSITIVE_INFINITY),
      peopled: Math.min(...peopled, earlier?.peopled ?? Number.POSITIVE_INFINITY),
      room: judgement.maxPlayers.map((max, team) =>
        Math.max(max, backfill.maxPlayers[team] ?? 0, earlier?.room[team] ?? 0),
      ),
      reach: reachOf(judgement, scope),
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
    runs: scope.runs.all,
    keyRules: keyRules.map(({ rule }) => rule),
    keys: keyRules.flatMap(({ keys }) => keys),
    nearness,
    balance: balanceColumns.map(
      (column) => nearness.find((it) => it.column === column) ?? { column, scale: 1 },
    ),
    boundByReach: isBoundByReach(ruleSet, scope),
    reported: ruleSet.rules.some(({ type }) => type === 'latency')
      ? undefined
      : sharedBits(['reported'], reportedBy, scope),
    sortRules,
    sortColumns: ruleSet.algorithm.batchingPreference === 'sorted' ? ruleSet.algorithm.sortByAttributes : [],
    batchSize: order === 'documented' || sortRules.length > 0 ? batch : undefined,
    stages,
    avoidsRecent: options.avoidsRecent ?? false,
    holdMs,
    heldBelow: starts.indexOf(holdMs),
    fastest: ruleSet.algorithm.batchingPreference === 'fastestRegion' ? fastestIn(columns) : undefined,
    evenness: quality && compileEvenness(quality, columns, starts),
  };
}

/** `byReach`: a match is judged by the limits that the reach of its tickets has been read off. */
function judgementOf(effective: RuleSet, scope: RuleScope, byReach: boolean): Judgement {
  return {
    minPlayers: perInstance(effective, 'minPlayers'),
    maxPlayers: perInstance(effective, 'maxPlayers'),
    seats: largestMatch(effective.teams),
    checks: compileChecks(effective, scope, byReach),
    latencyRules: latencyRules(effective),
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

function compileChecks(ruleSet: RuleSet, scope: RuleScope, byReach: boolean): Check[] {
  const enforced = enforcedRules(ruleSet);
  const latency = latencyRules(ruleSet);
  const reach = reachOf({ latencyRules: latency }, scope);
  const checks = enforced.map((rule, index) => {
    const before = enforced.slice(0, index).filter((earlier) => earlier.type === 'latency');
    const judge = compileRule(rule, ruleSet.rules, scope, before);
    const limitOnly = rule.type === 'latency' && rule.maxDistance === undefined && latency.length === 1;
    return {
      rule: ruleSet.rules.indexOf(rule),
      judge: limitOnly && reach && byReach && scope.prunes ? judgeByReach(reach, judge) : judge,
      prunes: canBreak(rule, scope),
      ofTeams: asksForTeams(rule, ruleSet),
    };
  });
  return checks.sort((a, b) => Number(b.prunes) - Number(a.prunes));
}

/**
 * Only where limits loosen with age, and none but the newest ticket's age decides by which of them a match is
 * judged.
 */
function isBoundByReach({ algorithm, backfillExpansions }: RuleSet, { prunes }: RuleScope): boolean {
  return prunes && algorithm.expansionAgeSelection === 'newest' && backfillExpansions === undefined;
}

function latencyRules(ruleSet: RuleSet): LatencyRule[] {
  return enforcedRules(ruleSet).filter((rule) => rule.type === 'latency');
}

/** Rules that set the same limits share their bits. */
function reachOf({ latencyRules: rules }: Pick<Judgement, 'latencyRules'>, scope: RuleScope) {
  const limits = rules.filter(({ maxLatency }) => maxLatency !== undefined);
  const key = limits.map(({ maxLatency, partyAggregation }) => [maxLatency, partyAggregation]);
  return limits.length === 0 ? undefined : sharedBits(key, withinReach(limits), scope);
}

/** Whether a rule may hold in one split of a match's tickets and not in another. */
function asksForTeams(rule: Rule, ruleSet: RuleSet): boolean {
  if (rule.type === 'latency') return false;
  if (rule.type === 'compound') {
    const parts = rulesIn(rule.statement);
    return ruleSet.rules.some((part) => parts.includes(part.name) && asksForTeams(part, ruleSet));
  }
  const everybody = ruleSet.teams.reduce((sum, { quantity }) => sum + quantity, 0);
  const isOfMatch = (expression: Expression): boolean => {
    if (expression.kind === 'literal') return true;
    if (expression.kind === 'path') return false;
    const { name, of } = expression;
    if (name === 'flatten' && of.kind === 'path') return of.teams.length === everybody;
    return isOfMatch(of);
  };
  return !expressionsOf(rule).every(isOfMatch);
}

/**
 * Two instances are alike when they have the same sizes at every age and stand in the same paths of every
 * rule.
 */
function teamClasses(ruleSet: RuleSet, teamNames: readonly string[]): number[] {
  const paths = ruleSet.rules.flatMap(expressionsOf).flatMap(pathsOf);
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
