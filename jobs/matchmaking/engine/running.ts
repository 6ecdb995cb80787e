import type { Expression, FunctionName } from '../../rule-set/expression.ts';
import { compileList, type Gather, type Path, type RunningScope, reduce, teamsOf } from './expressions.ts';
import type { Lineup } from './lineup.ts';
import type { Run } from './runs.ts';

/** A number over some teams of a line-up. */
type Total = (lineup: Lineup) => number;

/**
 * The innermost values of an expression, from running aggregates where it is made of them. With `ends`, the
 * smallest and the largest may stand for a list of players' numbers.
 */
export function compileGather(expression: Expression, scope: RunningScope, ends = false): Gather {
  if (expression.kind === 'literal') {
    const values = [expression.value].flat();
    return (_, out) => void out.push(...values);
  }
  return running(expression, scope, ends) ?? compileList(expression, scope);
}

function running(expression: Expression, scope: RunningScope, ends: boolean): Gather | undefined {
  if (expression.kind === 'literal') return undefined;
  if (expression.kind === 'path') return ends ? endsOf(expression, scope) : undefined;
  const { name, of } = expression;
  if (name === 'flatten') return running(of, scope, ends);
  const path = pathIn(of);
  if (path !== undefined) {
    const totals = groupsIn(of, path, scope).map((teams) => totalOf(name, path, teams, scope));
    if (totals.includes(undefined)) return undefined;
    return (lineup, out) => {
      for (const total of totals as Total[]) out.push(total(lineup));
    };
  }
  const inner = of.shape.depth === 1 && name !== 'set_intersection' ? running(of, scope, false) : undefined;
  if (inner === undefined) return undefined;
  const scratch: (number | string)[] = [];
  return (lineup, out) => {
    scratch.length = 0;
    inner(lineup, scratch);
    out.push(reduce(name, scratch));
  };
}

/** A path over players, bare or flattened. */
export function pathIn(expression: Expression): Path | undefined {
  const path = expression.kind === 'call' && expression.name === 'flatten' ? expression.of : expression;
  if (path.kind !== 'path' || path.property.of === 'team') return undefined;
  return path;
}

/** The teams of each list of players in an expression that is a path. */
export function groupsIn(expression: Expression, path: Path, scope: RunningScope): number[][] {
  const teams = teamsOf(path, scope);
  return expression === path && path.grouped ? teams.map((team) => [team]) : [teams];
}

function endsOf(path: Path, scope: RunningScope): Gather | undefined {
  const groups = teamsOf(path, scope).map((team) =>
    (['min', 'max'] as const).map((name) => totalOf(name, path, [team], scope)),
  );
  if (groups.flat().includes(undefined)) return undefined;
  return (lineup, out) => {
    for (const totals of groups as Total[][])
      for (const total of totals) {
        const value = total(lineup);
        if (!Number.isNaN(value)) out.push(value);
      }
  };
}

/** Undefined where nothing is kept for the function, or the players have no such number. */
function totalOf(
  name: FunctionName,
  path: Path,
  teams: readonly number[],
  scope: RunningScope,
): Total | undefined {
  const { property } = path;
  if (property.of === 'player') return name === 'count' ? playersOf(teams) : undefined;
  if (property.of !== 'attribute' || scope.aggregation === 'union' || scope.aggregation === 'intersection')
    return undefined;
  const { name: attribute, mapKey } = property;
  if (mapKey === undefined && scope.columns.typeOf(attribute) !== 'number') return undefined;
  const having =
    mapKey === undefined
      ? undefined
      : scope.columns.count(['has', mapKey], attribute, (map) => Object.hasOwn(map as object, mapKey));
  const count = having === undefined ? playersOf(teams) : over('sum', having, 'once', teams, scope);
  if (name === 'count') return count;
  if (name !== 'min' && name !== 'max' && name !== 'sum' && name !== 'avg') return undefined;
  // Of players taken one by one, a party has the smallest, the largest, and the sum.
  const of = name === 'min' || name === 'max' ? name : 'sum';
  const own = of === 'sum' ? 'avg' : of;
  const column = scope.columns.number(
    attribute,
    scope.aggregation === 'each' ? own : scope.aggregation,
    mapKey,
  );
  const total = over(of, column, having ?? 'players', teams, scope);
  if (name === 'sum') return total;
  if (name === 'avg') return (lineup) => total(lineup) / count(lineup);
  return (lineup) => {
    const value = total(lineup);
    return Number.isFinite(value) ? value : Number.NaN;
  };
}

function playersOf(teams: readonly number[]): Total {
  return (lineup) => {
    let players = 0;
    for (const team of teams) players += lineup.counts[team] ?? 0;
    return players;
  };
}

/** A run over these teams together. */
export function over(
  of: Run['of'],
  column: number,
  times: Run['times'],
  teams: readonly number[],
  { runs, teamIndex }: Pick<RunningScope, 'runs' | 'teamIndex'>,
): Total {
  const ofMatch = teams.length === teamIndex.size && new Set(teams).size === teams.length;
  const run = runs.index({ of, column, times: of === 'sum' ? times : 'once', ofMatch });
  const [only = 0] = teams;
  if (ofMatch) return (lineup) => lineup.value(run, 0);
  if (teams.length === 1) return (lineup) => lineup.value(run, only);
  return (lineup) => {
    let total = lineup.value(run, only);
    for (let index = 1; index < teams.length; index++) {
      const value = lineup.value(run, teams[index] ?? -1);
      if (of === 'sum') total += value;
      else if (of === 'and') total &= value;
      else total = of === 'min' ? Math.min(total, value) : Math.max(total, value);
    }
    return total;
  };
}
