import type { Expression, FunctionName } from '../rule-set/expression.ts';
import type { ListAggregation, NumberAggregation } from '../rule-set/rule-set.ts';
import type { Columns } from './columns.ts';
import type { Lineup } from './lineup.ts';

/** The value of an expression; undefined is an aggregate over nobody. */
export type Value = number | string | undefined | readonly Value[];
export type Evaluate = (lineup: Lineup) => Value;
/** Appends the innermost values of an expression to `out`. An undefined number is NaN. */
export type Gather = (lineup: Lineup, out: (number | string)[]) => void;

/** What expressions are compiled against. */
export interface Scope {
  readonly teamIndex: ReadonlyMap<string, number>;
  readonly columns: Columns;
  readonly aggregation: NumberAggregation | ListAggregation | 'each';
}

type Path = Extract<Expression, { kind: 'path' }>;

function teamsOf(path: Path, scope: Scope): number[] {
  return path.teams.map((team) => scope.teamIndex.get(team) ?? -1);
}

function columnOf(path: Path, { columns, aggregation }: Scope): number | undefined {
  const { property } = path;
  if (property.of === 'playerId') return columns.index({ of: 'playerId', aggregation: 'each' });
  return property.of === 'attribute'
    ? columns.attribute(property.name, aggregation, property.mapKey)
    : undefined;
}

/** The general evaluator: any expression, to nested lists. */
export function compileValue(expression: Expression, scope: Scope): Evaluate {
  if (expression.kind === 'literal') return () => expression.value;
  if (expression.kind === 'call') {
    const of = compileValue(expression.of, scope);
    const { name } = expression;
    const depth = expression.of.shape.depth;
    return (lineup) => apply(name, of(lineup), depth);
  }
  const column = columnOf(expression, scope);
  const teams = teamsOf(expression, scope);
  const ofTeam = (lineup: Lineup, team: number): Value[] => {
    if (column === undefined) return Array.from({ length: lineup.counts[team] ?? 0 }, () => 1);
    return (lineup.teams[team] ?? []).flatMap((block) => block.cells[column] ?? []);
  };
  if (expression.property.of === 'team') return (lineup) => teams.map((team) => lineup.counts[team]);
  if (expression.grouped) return (lineup) => teams.map((team) => ofTeam(lineup, team));
  return (lineup) => ofTeam(lineup, teams[0] ?? -1);
}

function apply(name: FunctionName, value: Value, depth: number): Value {
  const list = Array.isArray(value) ? (value as readonly Value[]) : [];
  if (name === 'flatten') return list.flat();
  if (depth > (name === 'set_intersection' ? 2 : 1))
    return list.map((sublist) => apply(name, sublist, depth - 1));
  if (name === 'set_intersection') return common(list as readonly (readonly Value[])[]);
  if (list.includes(undefined)) return undefined;
  const result = reduce(name, list as readonly number[]);
  return Number.isNaN(result) ? undefined : result;
}

function common(lists: readonly (readonly Value[])[]): Value[] {
  const [first = [], ...others] = lists;
  return [...new Set(first)].filter((value) => others.every((list) => list.includes(value)));
}

/**
 * Undocumented: stddev is the population's; sum and count of nobody are 0, every other aggregate of nobody is NaN, and so
 * is every aggregate of a list that holds a NaN.
 */
function reduce(name: FunctionName, list: readonly (number | string)[]): number {
  const { length } = list;
  if (name === 'count') return list.some(Number.isNaN) ? Number.NaN : length;
  if (length === 0) return name === 'sum' ? 0 : Number.NaN;
  const numbers = list as readonly number[];
  let result = name === 'min' || name === 'max' ? (numbers[0] ?? Number.NaN) : 0;
  switch (name) {
    case 'min':
      for (const value of numbers) result = Math.min(result, value);
      return result;
    case 'max':
      for (const value of numbers) result = Math.max(result, value);
      return result;
    case 'median': {
      if (numbers.some(Number.isNaN)) return Number.NaN;
      const sorted = [...numbers].sort((a, b) => a - b);
      const [low, high] = [sorted[(length - 1) >> 1], sorted[length >> 1]];
      return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
    }
    case 'stddev': {
      // From the first of them on, so that equal numbers of any size have none.
      const [first = 0] = numbers;
      const mean = reduce(
        'avg',
        numbers.map((value) => value - first),
      );
      for (const value of numbers) result += (value - first - mean) ** 2;
      return Math.sqrt(result / length);
    }
    default:
      for (const value of numbers) result += value;
      return name === 'sum' ? result : result / length;
  }
}

/** The innermost values of an expression, without building lists for the shapes that rule sets use. */
export function compileGather(expression: Expression, scope: Scope): Gather {
  if (expression.kind === 'literal') {
    const values = [expression.value].flat();
    return (_, out) => void out.push(...values);
  }
  if (expression.kind === 'path') return gatherPath(expression, scope);
  const { name, of } = expression;
  if (name === 'flatten') return compileGather(of, scope);
  if (name === 'set_intersection' || of.shape.depth > 2) return gatherValue(compileValue(expression, scope));
  if (name === 'count') {
    const teams = of.kind === 'call' && of.name === 'flatten' ? pathIn(of.of) : pathIn(of);
    if (teams?.property.of === 'player') return gatherCounts(teamsOf(teams, scope), of.shape.depth);
  }
  if (of.shape.depth === 1) {
    const inner = compileGather(of, scope);
    const scratch: (number | string)[] = [];
    return (lineup, out) => {
      scratch.length = 0;
      inner(lineup, scratch);
      out.push(reduce(name, scratch));
    };
  }
  if (of.kind !== 'path' || !of.grouped || columnOf(of, scope) === undefined)
    return gatherValue(compileValue(expression, scope));
  return gatherPerTeam(name, of, scope);
}

function pathIn(expression: Expression): Path | undefined {
  return expression.kind === 'path' ? expression : undefined;
}

function gatherPath(path: Path, scope: Scope): Gather {
  const column = columnOf(path, scope);
  const teams = teamsOf(path, scope);
  if (column === undefined) return gatherCounts(teams, 2);
  return (lineup, out) => {
    for (const team of teams) gatherTeam(lineup, team, column, out);
  };
}

function gatherTeam(lineup: Lineup, team: number, column: number, out: (number | string)[]): void {
  for (const block of lineup.teams[team] ?? [])
    for (const cell of block.cells[column] ?? [])
      if (typeof cell === 'object') for (const word of cell) out.push(word);
      else out.push(cell);
}

function gatherPerTeam(name: FunctionName, path: Path, scope: Scope): Gather {
  const column = columnOf(path, scope) ?? -1;
  const teams = teamsOf(path, scope);
  const scratch: (number | string)[] = [];
  return (lineup, out) => {
    for (const team of teams) {
      scratch.length = 0;
      gatherTeam(lineup, team, column, scratch);
      out.push(reduce(name, scratch));
    }
  };
}

function gatherCounts(teams: readonly number[], depth: number): Gather {
  if (depth > 1)
    return (lineup, out) => {
      for (const team of teams) out.push(lineup.counts[team] ?? 0);
    };
  return (lineup, out) => {
    let sum = 0;
    for (const team of teams) sum += lineup.counts[team] ?? 0;
    out.push(sum);
  };
}

function gatherValue(evaluate: Evaluate): Gather {
  const walk = (value: Value, out: (number | string)[]): void => {
    if (Array.isArray(value)) for (const item of value as readonly Value[]) walk(item, out);
    else out.push((value as number | string | undefined) ?? Number.NaN);
  };
  return (lineup, out) => walk(evaluate(lineup), out);
}
