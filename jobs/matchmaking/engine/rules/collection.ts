import { callsOf, type Expression, pathsOf } from '../../../rule-set/expression.ts';
import type { AttributeContent, CollectionRule } from '../../../rule-set/rule-set.ts';
import {
  compileList,
  compileValue,
  inCommon,
  type RunningScope,
  teamsOf,
  type Value,
} from '../expressions.ts';
import type { Lineup } from '../lineup.ts';
import { countOf, isExact } from '../names.ts';
import { over, pathIn } from '../running.ts';
import { trendOf } from '../trend.ts';
import { broken, failing, holding, type Verdict } from '../verdict.ts';
import { weakest } from './compound.ts';
import type { Judge } from './judge.ts';

type List = readonly string[];
type Trend = 'rises' | 'falls' | 'fixed';

/** Counts over the players' lists, held to minCount..maxCount; with neither bound, above 0 (undocumented). */
export function compileCollection(rule: CollectionRule, scope: RunningScope): Judge {
  const minCount = rule.minCount ?? (rule.maxCount === undefined ? 1 : 0);
  const maxCount = rule.maxCount ?? Number.POSITIVE_INFINITY;
  const compileOne = { intersection, contains, reference_intersection_count: overlap }[rule.operation];
  return weakest(
    rule.measurements.map((measurement) => {
      const bounds = { minCount, maxCount, measurement, reference: rule.referenceValue };
      return compileOne(bounds, scope);
    }),
  );
}

interface Bounds {
  readonly minCount: number;
  readonly maxCount: number;
  readonly measurement: Expression;
  readonly reference: Expression | undefined;
}

/** How many strings all lists have in common. */
function intersection(bounds: Bounds, scope: RunningScope): Judge {
  const lists = compileLists(bounds.measurement, scope);
  const exactly: Judge = (lineup) => {
    const all = lists(lineup);
    return all.length === 0 ? holding : within(inCommon(all).length, bounds, 'falls');
  };
  const path = attributeIn(bounds.measurement);
  if (path === undefined) return exactly;
  const { columns, aggregation } = scope;
  const isString = columns.typeOf(path.property.name) === 'string';
  const column = columns.bits(
    path.property.name,
    !isString && aggregation === 'union' ? 'union' : 'intersection',
  );
  const teams = teamsOf(path, scope);
  const common = over('and', column, 'once', teams, scope);
  return (lineup) => {
    const bits = common(lineup);
    if (!isExact(bits)) return exactly(lineup);
    if (teams.every((team) => lineup.counts[team] === 0)) return holding;
    return within(countOf(bits), bounds, 'falls');
  };
}

/** How many players have a string, each by their own list. */
function contains(bounds: Bounds, parties: RunningScope): Judge {
  const scope: RunningScope = { ...parties, aggregation: 'each' };
  const teams = [...new Set(pathsOf(bounds.measurement).flatMap((path) => teamsOf(path, scope)))];
  const count = countContaining(bounds, scope) ?? countIn(bounds, scope);
  return (lineup) => {
    const players = count(lineup);
    // Each seat left can add one player at most.
    if (players + lineup.seatsLeft(teams) < bounds.minCount) return broken;
    return within(players, bounds, 'rises');
  };
}

function countIn({ measurement, reference }: Bounds, scope: RunningScope): (lineup: Lineup) => number {
  const lists = compileLists(measurement, scope);
  const words = compileWords(reference, scope);
  return (lineup) => {
    const [value] = words(lineup);
    return value === undefined ? 0 : lists(lineup).filter((list) => list.includes(value)).length;
  };
}

function countContaining({ measurement, reference }: Bounds, scope: RunningScope) {
  const path = attributeIn(measurement);
  const [value] = reference?.kind === 'literal' ? [reference.value].flat().map(String) : [];
  if (path === undefined || value === undefined) return undefined;
  const has = (content: AttributeContent) =>
    typeof content === 'string' ? content === value : (content as List).includes(value);
  const column = scope.columns.count(['has', value], path.property.name, has);
  return over('sum', column, 'once', teamsOf(path, scope), scope);
}

/** How many strings of the reference each list holds. */
function overlap(bounds: Bounds, scope: RunningScope): Judge {
  const { measurement, reference } = bounds;
  const ends = endsOfOverlap(bounds, scope);
  if (ends !== undefined) return ends;
  const trend = reference === undefined ? 'fixed' : referenceTrend(reference);
  const lists = compileLists(measurement, scope);
  const words = compileWords(reference, scope);
  return (lineup) => {
    const wanted = new Set(words(lineup));
    let verdict: Verdict = holding;
    for (const list of lists(lineup)) {
      const count = list.filter((value) => wanted.has(value)).length;
      verdict = Math.min(verdict, within(count, bounds, trend)) as Verdict;
    }
    return verdict;
  };
}

/**
 * The same for lists as they stand and a constant: the count of each party stays, so the smallest and the
 * largest tell.
 */
function endsOfOverlap(bounds: Bounds, scope: RunningScope): Judge | undefined {
  const { measurement, reference } = bounds;
  const path = attributeIn(measurement);
  const { columns, aggregation } = scope;
  if (path === undefined || reference?.kind !== 'literal') return undefined;
  if (columns.typeOf(path.property.name) === 'string') return undefined;
  const words = [reference.value].flat().map(String);
  const column = columns.index(['overlap', path.property.name, aggregation, ...words], (players) => {
    const [list = []] = columns.cells(players, path.property, aggregation) as List[];
    return list.filter((value) => words.includes(value)).length;
  });
  const teams = teamsOf(path, scope);
  const least = over('min', column, 'once', teams, scope);
  const most = over('max', column, 'once', teams, scope);
  return (lineup) => (least(lineup) >= bounds.minCount && most(lineup) <= bounds.maxCount ? holding : broken);
}

/**
 * How a reference grows as players join: an intersection only shrinks, any other list of players' values only
 * grows.
 */
function referenceTrend(reference: Expression): Trend {
  if (reference.kind === 'literal') return 'fixed';
  return trendOf(reference) === 'falls' ? 'falls' : 'rises';
}

function within(count: number, { minCount: min, maxCount: max }: Bounds, trend: Trend): Verdict {
  if (count > max) return trend === 'falls' ? failing : broken;
  if (count < min) return trend === 'rises' ? failing : broken;
  return holding;
}

/** An attribute of players as it stands. */
function attributeIn(measurement: Expression) {
  const path = pathIn(measurement);
  return path?.property.of === 'attribute' && path.property.mapKey === undefined
    ? { ...path, property: path.property }
    : undefined;
}

/** Each player's list, whatever the nesting. */
function compileLists(measurement: Expression, scope: RunningScope): (lineup: Lineup) => List[] {
  const evaluate = compileValue(measurement, scope);
  const singles = measuresSingles(measurement, scope);
  return (lineup) => listsIn(evaluate(lineup), measurement.shape.depth, singles);
}

/** Undocumented: single strings in a collection rule count as lists of one. */
function measuresSingles(measurement: Expression, { columns }: RunningScope): boolean {
  if (callsOf(measurement).includes('set_intersection')) return false;
  return pathsOf(measurement).every(
    ({ property }) => property.of !== 'attribute' || columns.typeOf(property.name) === 'string',
  );
}

function listsIn(value: Value, depth: number, singles: boolean): List[] {
  const items = (Array.isArray(value) ? value : [value]) as readonly Value[];
  if (depth > 1) return items.flatMap((item) => listsIn(item, depth - 1, singles));
  return singles ? items.map((item) => [String(item)]) : [items as List];
}

function compileWords(reference: Expression | undefined, scope: RunningScope): (lineup: Lineup) => List {
  if (reference === undefined) return () => [];
  const gather = compileList(reference, scope);
  return (lineup) => {
    const words: (number | string)[] = [];
    gather(lineup, words);
    return words.filter((word) => !Number.isNaN(word)).map(String);
  };
}
