import { callsOf, pathsOf } from '../../../rule-set/expression.ts';
import type { LatencyRule, Rule } from '../../../rule-set/rule-set.ts';
import type { Aggregation } from '../columns.ts';
import type { RunningScope } from '../expressions.ts';
import { gapMoves } from '../trend.ts';
import { broken, failing, holding, type Verdict } from '../verdict.ts';
import { compileCollection } from './collection.ts';
import { compileComparison } from './comparison.ts';
import { compileStatement } from './compound.ts';
import { compileDistance } from './distance.ts';
import type { Judge, Order } from './judge.ts';
import { compileLatency } from './latency.ts';

/** What all rules of one engine are compiled against. */
export interface RuleScope extends Omit<RunningScope, 'aggregation'> {
  readonly order: Order;
  /** False when expansions tighten something: a rule broken at one age may then hold at an earlier one. */
  readonly prunes: boolean;
}

/**
 * Compiles one enforced rule; a compound compiles the rules it names. A latency rule is judged together with
 * those in `before`, the enforced ones in front of it: all of them must hold in one location.
 */
export function compileRule(
  rule: Rule,
  all: readonly Rule[],
  scope: RuleScope,
  before: readonly LatencyRule[],
): Judge {
  const judge = rule.type === 'latency' ? compileLatency([...before, rule]) : judgeOf(rule, all, scope);
  if (scope.order === 'documented' && enforcedEarly(rule)) return early(judge, teamsOf(rule, scope));
  return scope.prunes ? judge : (lineup) => Math.max(judge(lineup), failing) as Verdict;
}

/** False where every failure may heal: a relation between values that can move both ways. */
export function canBreak(rule: Rule, { order, prunes }: RuleScope): boolean {
  if (rule.type !== 'comparison' && rule.type !== 'distance') return prunes;
  if (order === 'documented' && enforcedEarly(rule)) return true;
  const { referenceValue: reference } = rule;
  return (
    prunes &&
    rule.measurements.some((measurement) => {
      const { mayDrop, mayClimb } = gapMoves(measurement, reference);
      return !(mayDrop && mayClimb);
    })
  );
}

function judgeOf(rule: Rule, all: readonly Rule[], scope: RuleScope): Judge {
  const within = (aggregation: Aggregation): RunningScope => ({ ...scope, aggregation });
  switch (rule.type) {
    case 'comparison': {
      const fallback = rule.referenceValue === undefined ? 'each' : 'avg';
      return compileComparison(rule, within(rule.partyAggregation ?? fallback));
    }
    case 'distance':
      return compileDistance(rule, within(rule.partyAggregation));
    case 'collection':
      return compileCollection(rule, within(rule.partyAggregation));
    case 'latency':
      return compileLatency([rule]);
    case 'compound':
      return compileStatement(rule.statement, (name) => {
        const part = all.find((candidate) => candidate.name === name);
        return part === undefined ? () => failing : judgeOf(part, all, scope);
      });
    // Read as a distance or comparison before; see `batch-distance.ts`.
    case 'batchDistance':
    case 'absoluteSort':
    case 'distanceSort':
      return () => holding;
  }
}

/**
 * Averages are enforced at every step (docs ex. 1), and nothing else that may heal: a count or sum still
 * grows, and whoever is too close now may not be once others have joined.
 */
function enforcedEarly(rule: Rule): boolean {
  if (rule.type !== 'comparison' && rule.type !== 'distance') return false;
  if (rule.type === 'distance' && rule.minDistance !== undefined) return false;
  const calls = [...rule.measurements, rule.referenceValue].flatMap((part) => (part ? callsOf(part) : []));
  return calls.includes('avg') && !calls.includes('count') && !calls.includes('sum');
}

function teamsOf(rule: Rule, scope: RuleScope): number[] {
  if (rule.type !== 'comparison' && rule.type !== 'distance') return [];
  const expressions = [...rule.measurements, rule.referenceValue].filter((part) => part !== undefined);
  const names = expressions.flatMap(pathsOf).flatMap((path) => path.teams);
  return [...new Set(names)].map((name) => scope.teamIndex.get(name) ?? -1);
}

function early(judge: Judge, teams: readonly number[]): Judge {
  return (lineup) => {
    const verdict = judge(lineup);
    return verdict === failing && teams.every((team) => (lineup.counts[team] ?? 0) > 0) ? broken : verdict;
  };
}
