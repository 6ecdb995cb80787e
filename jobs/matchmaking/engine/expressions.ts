import type { Expression, FunctionName } from '../../rule-set/expression.ts';
import type { Aggregation, Columns, Source } from './columns.ts';
import type { Lineup } from './lineup.ts';
import type { Runs } from './runs.ts';

/** The value of an expression; undefined is an aggregate over nobody. */
export type Value = number | string | undefined | readonly Value[];
export type Evaluate = (lineup: Lineup) => Value;
export type Scalar = number | string;
/** Appends the innermost values of an expression to `out`. An undefined number is NaN. */
export type Gather = (lineup: Lineup, out: Scalar[]) => void;

/** What expressions are compiled against. */
export interface Scope {
  readonly teamIndex: ReadonlyMap<string, number>;
  readonly columns: Columns;
  readonly aggregation: Aggregation;
}

/** The same where aggregates may be kept running, in `running.ts`. */
export interface RunningScope extends Scope {
  readonly runs: Runs;
}

export type Path = Extract<Expression, { kind: 'path' }>;

export function teamsOf(path: Path, { teamIndex }: Pick<Scope, 'teamIndex'>): number[] {
  return path.teams.map((team) => teamIndex.get(team) ?? -1);
}

/** Any expression, to nested lists, by reading all players of the teams it names. */
export function compileValue(expression: Expression, scope: Scope): Evaluate {
  if (expression.kind === 'literal') return () => expression.value;
  if (expression.kind === 'call') {
    const of = compileValue(expression.of, scope);
    const { name } = expression;
    const depth = expression.of.shape.depth;
    return (lineup) => apply(name, of(lineup), depth);
  }
  const { property, grouped } = expression;
  const teams = teamsOf(expression, scope);
  if (property.of === 'team') return (lineup) => teams.map((team) => lineup.counts[team]);
  const ofTeam =
    property.of === 'player'
      ? (lineup: Lineup, team: number): Value[] => new Array(lineup.counts[team] ?? 0).fill(1)
      : (lineup: Lineup, team: number) => cellsOf(lineup, team, property, scope);
  if (grouped) return (lineup) => teams.map((team) => ofTeam(lineup, team));
  return (lineup) => ofTeam(lineup, teams[0] ?? -1);
}

/** What the players of a team have, party by party. */
function cellsOf(lineup: Lineup, team: number, source: Source, { columns, aggregation }: Scope): Value[] {
  return (lineup.teams[team] ?? []).flatMap((row) =>
    columns.cells(lineup.tickets.playersOf(row), source, aggregation),
  );
}

function apply(name: FunctionName, value: Value, depth: number): Value {
  const list = Array.isArray(value) ? (value as readonly Value[]) : [];
  if (name === 'flatten') return list.flat();
  if (depth > (name === 'set_intersection' ? 2 : 1))
    return list.map((sublist) => apply(name, sublist, depth - 1));
  if (name === 'set_intersection') return inCommon(list as readonly (readonly Value[])[]);
  if (list.includes(undefined)) return undefined;
  const result = reduce(name, list as readonly number[]);
  return Number.isNaN(result) ? undefined : result;
}

/** The values that every list holds. */
export function inCommon<T>(lists: readonly (readonly T[])[]): T[] {
  const [first = [], ...others] = lists;
  return [...new Set(first)].filter((value) => others.every((list) => list.includes(value)));
}

/**
 * Undocumented: stddev is the population's; sum and count of nobody are 0, every other aggregate of nobody is
 * NaN, and so is every aggregate of a list that holds a NaN.
 */
export function reduce(name: FunctionName, list: readonly Scalar[]): number {
  const { length } = list;
  if (name === 'count') return list.some(Number.isNaN) ? Number.NaN : length;
  if (length === 0) return name === 'sum' ? 0 : Number.NaN;
  const numbers = list as readonly number[];
  if (name === 'min') return Math.min(...numbers);
  if (name === 'max') return Math.max(...numbers);
  if (name === 'median') {
    if (numbers.some(Number.isNaN)) return Number.NaN;
    const sorted = numbers.toSorted((a, b) => a - b);
    const [low, high] = [sorted[(length - 1) >> 1], sorted[length >> 1]];
    return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
  }
  // From the first of them on, so that equal numbers of any size have no deviation.
  const [first = 0] = numbers;
  const sum = numbers.reduce((total, value) => total + value, 0);
  if (name !== 'stddev') return name === 'sum' ? sum : sum / length;
  const mean = numbers.reduce((total, value) => total + (value - first), 0) / length;
  return Math.sqrt(numbers.reduce((total, value) => total + (value - first - mean) ** 2, 0) / length);
}

/** The innermost values of any expression. */
export function compileList(expression: Expression, scope: Scope): Gather {
  const evaluate = compileValue(expression, scope);
  const walk = (value: Value, out: Scalar[]): void => {
    if (Array.isArray(value)) for (const item of value as readonly Value[]) walk(item, out);
    else out.push((value as Scalar | undefined) ?? Number.NaN);
  };
  return (lineup, out) => walk(evaluate(lineup), out);
}
