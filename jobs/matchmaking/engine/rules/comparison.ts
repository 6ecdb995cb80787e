import { callsOf, type Expression } from '../../rule-set/expression.ts';
import type { ComparisonRule, Operation } from '../../rule-set/rule-set.ts';
import { compileGather, compileValue, type Scope, type Value } from '../expressions.ts';
import type { Lineup } from '../lineup.ts';
import { slackOf } from '../slack.ts';
import { mayFall, mayRise, trendOf } from '../trend.ts';
import { broken, failing, holding, undecided, type Verdict } from '../verdict.ts';
import { weakest } from './compound.ts';
import type { Judge } from './judge.ts';

type Scalar = number | string;

export function compileComparison(rule: ComparisonRule, scope: Scope): Judge {
  const { referenceValue: reference, operation } = rule;
  const judges = rule.measurements.map((measurement) =>
    reference === undefined
      ? acrossPlayers(measurement, operation, scope)
      : withReference(measurement, operation, reference, scope),
  );
  return weakest(judges);
}

/** Every innermost value against the reference. */
function withReference(
  measurement: Expression,
  operation: Operation,
  reference: Expression,
  scope: Scope,
): Judge {
  if (reference.shape.depth > 0) return againstList(measurement, operation, reference, scope);
  const gather = compileGather(measurement, scope);
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

/** Undocumented: a reference list of equal length is compared index by index, any other in all pairs. */
function againstList(
  measurement: Expression,
  operation: Operation,
  reference: Expression,
  scope: Scope,
): Judge {
  const gather = compileGather(measurement, scope);
  const gatherReference = compileGather(reference, scope);
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
function acrossPlayers(measurement: Expression, operation: Operation, scope: Scope): Judge {
  const unequal = trendOf(measurement) === 'fixed' ? broken : failing;
  const countDistinct = isExact(measurement, scope)
    ? (values: readonly Scalar[]) => new Set(values).size
    : distinctNumbers;
  const judgeList = (values: readonly Scalar[]): Verdict => {
    if (values.some(isUndefined)) return undecided;
    const distinct = countDistinct(values);
    return (operation === '=' ? distinct <= 1 : distinct === values.length) ? holding : unequal;
  };
  if (measurement.shape.depth <= 1) {
    const gather = compileGather(measurement, scope);
    const values: Scalar[] = [];
    return (lineup) => {
      values.length = 0;
      gather(lineup, values);
      return judgeList(values);
    };
  }
  const evaluate = compileValue(measurement, scope);
  const judge = (value: Value, depth: number): Verdict => {
    const list = value as readonly Value[];
    if (depth === 1) return judgeList(list.map((item) => (item as Scalar | undefined) ?? Number.NaN));
    return list.reduce<Verdict>((worst, item) => Math.min(worst, judge(item, depth - 1)) as Verdict, holding);
  };
  return (lineup: Lineup) => judge(evaluate(lineup), measurement.shape.depth);
}

/** Strings, and numbers as players sent them: nothing has been computed from them. */
function isExact(measurement: Expression, scope: Scope): boolean {
  if (measurement.shape.item === 'string') return true;
  const computed = callsOf(measurement).some((name) => name !== 'flatten');
  return !computed && scope.aggregation !== 'avg';
}

/** How many numbers are left when neighbours within rounding count as one. */
function distinctNumbers(values: readonly Scalar[]): number {
  const sorted = (values as readonly number[]).toSorted((a, b) => a - b);
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
  const [left, right] = [trendOf(measurement), trendOf(reference)];
  const canDrop = mayFall(left) || mayRise(right);
  const canClimb = mayRise(left) || mayFall(right);
  return (value: Scalar, operation: Operation, bound: Scalar): boolean => {
    if (operation === '!=') return canDrop || canClimb;
    if (operation === '=') return value > bound ? canDrop : canClimb;
    return operation === '<' || operation === '<=' ? canDrop : canClimb;
  };
}
