import { callsOf, type Expression, pathsOf } from '../../rule-set/expression.ts';
import type { CollectionRule } from '../../rule-set/rule-set.ts';
import { compileValue, type Scope, type Value } from '../expressions.ts';
import type { Lineup } from '../lineup.ts';
import { trendOf } from '../trend.ts';
import { broken, failing, holding, type Verdict } from '../verdict.ts';
import { weakest } from './compound.ts';
import type { Judge } from './judge.ts';

type List = readonly string[];

/** Counts over the players' lists, held to minCount..maxCount; with neither bound, above 0 (undocumented). */
export function compileCollection(rule: CollectionRule, scope: Scope): Judge {
  const minCount = rule.minCount ?? (rule.maxCount === undefined ? 1 : 0);
  const maxCount = rule.maxCount ?? Number.POSITIVE_INFINITY;
  const bounds = { minCount, maxCount };
  return weakest(rule.measurements.map((measurement) => compileOne(rule, measurement, bounds, scope)));
}

interface Bounds {
  readonly minCount: number;
  readonly maxCount: number;
}

function compileOne(rule: CollectionRule, measurement: Expression, bounds: Bounds, parties: Scope): Judge {
  // `contains` counts players, each by their own list.
  const scope: Scope = rule.operation === 'contains' ? { ...parties, aggregation: 'each' } : parties;
  const evaluate = compileValue(measurement, scope);
  const singles = measuresSingles(measurement, scope);
  const lists = (lineup: Lineup) => listsIn(evaluate(lineup), measurement.shape.depth, singles);
  const reference = compileReference(rule.referenceValue, scope);
  if (rule.operation === 'intersection')
    return (lineup) => {
      const all = lists(lineup);
      return all.length === 0 ? holding : within(commonCount(all), bounds, 'falls');
    };
  if (rule.operation === 'contains') {
    const teams = [...new Set(pathsOf(measurement).flatMap((path) => path.teams))].map(
      (team) => scope.teamIndex.get(team) ?? -1,
    );
    const countOf = compileContains(measurement, scope, teams) ?? containsIn(lists);
    return (lineup) => {
      const [value] = reference(lineup);
      const count = value === undefined ? 0 : countOf(lineup, value);
      // Each seat left can add one player at most.
      if (count + lineup.seatsLeft(teams) < bounds.minCount) return broken;
      return within(count, bounds, 'rises');
    };
  }
  const trend = rule.referenceValue === undefined ? 'fixed' : referenceTrend(rule.referenceValue);
  const constant =
    rule.referenceValue?.kind === 'literal'
      ? new Set([rule.referenceValue.value].flat().map(String))
      : undefined;
  return (lineup) => {
    const wanted = constant ?? new Set(reference(lineup));
    let verdict: Verdict = holding;
    for (const list of lists(lineup)) {
      const count = list.filter((value) => wanted.has(value)).length;
      verdict = Math.min(verdict, within(count, bounds, trend)) as Verdict;
    }
    return verdict;
  };
}

type CountOf = (lineup: Lineup, value: string) => number;

function containsIn(lists: (lineup: Lineup) => List[]): CountOf {
  return (lineup, value) => lists(lineup).filter((list) => list.includes(value)).length;
}

/** The same count without building lists, for an attribute as it stands. */
function compileContains(
  measurement: Expression,
  scope: Scope,
  teams: readonly number[],
): CountOf | undefined {
  const path = measurement.kind === 'call' && measurement.name === 'flatten' ? measurement.of : measurement;
  if (path.kind !== 'path' || path.property.of !== 'attribute') return undefined;
  const column = scope.columns.attribute(path.property.name, scope.aggregation);
  return (lineup, value) => {
    let count = 0;
    for (const team of teams)
      for (const block of lineup.teams[team] ?? [])
        for (const cell of block.cells[column] ?? [])
          if (typeof cell === 'object' ? cell.includes(value) : cell === value) count++;
    return count;
  };
}

/** How a reference grows as players join: an intersection only shrinks, any other list of players' values only grows. */
function referenceTrend(reference: Expression): 'rises' | 'falls' | 'fixed' {
  if (reference.kind === 'literal') return 'fixed';
  return trendOf(reference) === 'falls' ? 'falls' : 'rises';
}

function within(count: number, bounds: Bounds, trend: 'rises' | 'falls' | 'fixed'): Verdict {
  const { minCount: min, maxCount: max } = bounds;
  if (count > max) return trend === 'falls' ? failing : broken;
  if (count < min) return trend === 'rises' ? failing : broken;
  return holding;
}

/** Undocumented: single strings in a collection rule count as lists of one. */
function measuresSingles(measurement: Expression, { columns }: Scope): boolean {
  if (callsOf(measurement).includes('set_intersection')) return false;
  return pathsOf(measurement).every(
    ({ property }) => property.of !== 'attribute' || columns.typeOf(property.name) === 'string',
  );
}

/** Each player's list, whatever the nesting. */
function listsIn(value: Value, depth: number, singles: boolean): List[] {
  const items = (Array.isArray(value) ? value : [value]) as readonly Value[];
  if (depth > 1) return items.flatMap((item) => listsIn(item, depth - 1, singles));
  return singles ? items.map((item) => [String(item)]) : [items as List];
}

function commonCount(lists: readonly List[]): number {
  const [first, ...others] = lists;
  if (first === undefined) return 0;
  return [...new Set(first)].filter((value) => others.every((list) => list.includes(value))).length;
}

function compileReference(reference: Expression | undefined, scope: Scope): (lineup: Lineup) => List {
  if (reference === undefined) return () => [];
  if (reference.kind === 'literal') {
    const constant = [reference.value].flat().map(String);
    return () => constant;
  }
  const evaluate = compileValue(reference, scope);
  const words = (value: Value): string[] =>
    Array.isArray(value)
      ? (value as readonly Value[]).flatMap(words)
      : value === undefined
        ? []
        : [String(value)];
  return (lineup) => words(evaluate(lineup));
}
