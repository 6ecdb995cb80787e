import { callsOf, type Expression } from '../../../rule-set/expression.ts';
import type { ComparisonRule, Operation } from '../../../rule-set/rule-set.ts';
import {
  compileList,
  compileValue,
  type RunningScope,
  type Scalar,
  type Scope,
  teamsOf,
  type Value,
} from '../expressions.ts';
import { compileGather, over, pathIn } from '../running.ts';
import { slackOf } from '../slack.ts';
import { gapMoves, trendOf } from '../trend.ts';
import { broken, failing, holding, undecided, type Verdict } from '../verdict.ts';
import { weakest } from './compound.ts';
import { compileEquality } from './equality.ts';
import type { Judge } from './judge.ts';

export function compileComparison(rule: ComparisonRule, scope: RunningScope): Judge {
  const { referenceValue: reference, operation } = rule;
  const judges = rule.measurements.map((measurement) =>
    reference === undefined
      ? acrossPlayers(measurement, operation, scope)
      : (withString(measurement, operation, reference, scope) ??
        withReference(measurement, operation, reference, scope)),
  );
  return weakest(judges);
}

/** Every innermost value against the reference. */
function withReference(
  measurement: Expression,
  operation: Operation,
  reference: Expression,
  scope: RunningScope,
): Judge {
  if (reference.shape.depth > 0) return againstList(measurement, operation, reference, scope);
  const gather = compileGather(measurement, scope, operation !== '!=');
  const gatherReference = compileGather(reference, scope);
  const heals = healing(measurement, reference);
  const left: Scalar[] = [];
  const right: Scalar[] = [];
  return (lineup) => {
    left.length = right.length = 0;
    gather(lineup, left);
    gatherReference(lineup, right);
    const bound = right[0] ?? Number.NaN;
    let verdict: Verdict = holding;
    for (const value of left) {
      if (isUndefined(value) || isUndefined(bound)) verdict = Math.min(verdict, undecided) as Verdict;
      else if (!compare(value, operation, bound)) {
        if (!heals(value, operation, bound)) return broken;
        verdict = failing;
      }
    }
    return verdict;
  };
}

/** Every player's string against one: the players who have it are counted. */
function withString(
  measurement: Expression,
  operation: Operation,
  reference: Expression,
  scope: RunningScope,
): Judge | undefined {
  const path = pathIn(measurement);
  if (path?.property.of !== 'attribute' || reference.kind !== 'literal') return undefined;
  const { name } = path.property;
  const { value } = reference;
  if (scope.columns.typeOf(name) !== 'string' || typeof value !== 'string') return undefined;
  const teams = teamsOf(path, scope);
  const having = over(
    'sum',
    scope.columns.count(['is', value], name, (it) => it === value),
    'once',
    teams,
    scope,
  );
  return (lineup) => {
    let wanted = 0;
    if (operation === '=') for (const team of teams) wanted += lineup.counts[team] ?? 0;
    return having(lineup) === wanted ? holding : broken;
  };
}

/** Undocumented: a reference list of equal length is compared index by index, any other in all pairs. */
function againstList(
  measurement: Expression,
  operation: Operation,
  reference: Expression,
  scope: Scope,
): Judge {
  const gather = compileList(measurement, scope);
  const gatherReference = compileList(reference, scope);
  return (lineup) => {
    const left: Scalar[] = [];
    const right: Scalar[] = [];
    gather(lineup, left);
    gatherReference(lineup, right);
    const pairs =
      left.length === right.length
        ? left.map((value, index) => [value, right[index] ?? Number.NaN] as const)
        : left.flatMap((value) => right.map((bound) => [value, bound] as const));
    let verdict: Verdict = holding;
    for (const [value, bound] of pairs) {
      if (isUndefined(value) || isUndefined(bound)) verdict = Math.min(verdict, undecided) as Verdict;
      else if (!compare(value, operation, bound)) verdict = failing;
    }
    return verdict;
  };
}

/** `=`: all values of a list equal; `!=`: all different. A list of lists is judged list by list. */
function acrossPlayers(measurement: Expression, operation: Operation, scope: RunningScope): Judge {
  const evaluate = compileValue(measurement, scope);
  const unequal = trendOf(measurement) === 'fixed' ? broken : failing;
  const exact = isExact(measurement, scope);
  const judge = (value: Value, depth: number): Verdict => {
    const list = value as readonly Value[];
    if (depth > 1)
      return list.reduce<Verdict>(
        (worst, item) => Math.min(worst, judge(item, depth - 1)) as Verdict,
        holding,
      );
    if (list.includes(undefined)) return undecided;
    const distinct = exact ? new Set(list).size : distinctNumbers(list as readonly number[]);
    return (operation === '=' ? distinct <= 1 : distinct === list.length) ? holding : unequal;
  };
  const exactly: Judge = (lineup) => {
    const value = evaluate(lineup);
    return judge(Array.isArray(value) ? value : [value], Math.max(1, measurement.shape.depth));
  };
  return (operation === '=' ? compileEquality(measurement, scope, exactly) : undefined) ?? exactly;
}

/** Strings, and numbers as players sent them: nothing has been computed from them. */
function isExact(measurement: Expression, scope: Scope): boolean {
  if (measurement.shape.item === 'string') return true;
  const computed = callsOf(measurement).some((name) => name !== 'flatten');
  return !computed && scope.aggregation !== 'avg';
}

/** How many numbers are left when neighbours within rounding count as one. */
function distinctNumbers(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.filter((value, index) => {
    const before = sorted[index - 1];
    return before === undefined || value - before > slackOf(value, before);
  }).length;
}

function isUndefined(value: Scalar): boolean {
  return typeof value === 'number' && Number.isNaN(value);
}

/** Numbers within rounding of each other are equal. Strings have no order: loading refuses one. */
function compare(value: Scalar, operation: Operation, reference: Scalar): boolean {
  if (typeof value === 'string' || typeof reference === 'string')
    return (operation === '=') === (value === reference);
  const gap = value - reference;
  const slack = slackOf(value, reference);
  switch (operation) {
    case '<':
      return gap < -slack;
    case '<=':
      return gap <= slack;
    case '=':
      return Math.abs(gap) <= slack;
    case '!=':
      return Math.abs(gap) > slack;
    case '>':
      return gap > slack;
    case '>=':
      return gap >= -slack;
  }
}

/** Whether a relation that is false now could become true as players join. */
function healing(measurement: Expression, reference: Expression) {
  const { mayDrop, mayClimb } = gapMoves(measurement, reference);
  return (value: Scalar, operation: Operation, bound: Scalar): boolean => {
    if (operation === '!=') return mayDrop || mayClimb;
    if (operation === '=') return value > bound ? mayDrop : mayClimb;
    return operation === '<' || operation === '<=' ? mayDrop : mayClimb;
  };
}
