import { ofBackfill, ruleSetAt } from '../../rule-set/at-age.ts';
import { type Expression, pathsOf } from '../../rule-set/expression.ts';
import { expressionsOf, type Rule } from '../../rule-set/rule-set.ts';
import { type Engine, judgementAt } from './engine.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';

/**
 * Players missing for the smallest match with the ticket, on the team where fewest are: up to the minimum of
 * each team, and up to the size that a rule wants beside the largest. At least one for a running match.
 */
export function missingPlayers({ engine, tickets }: Scene, slot: Slot): number {
  const [stage, backfill, size] = [tickets.stage(slot), tickets.isBackfill(slot), tickets.size(slot)];
  const minimum = judgementAt(engine, stage, backfill)?.minPlayers ?? [];
  const { room = [], from = 0 } = engine.stages[stage] ?? {};
  const { rules } = ruleSetAt(backfill ? ofBackfill(engine.ruleSet) : engine.ruleSet, from);
  const alike = engine.stages[stage]?.checks.flatMap(({ rule }) => alikeTeams(rules[rule], engine)) ?? [];
  const missing = (own: readonly number[]) => {
    const sizes = minimum.map((min, team) => Math.max(min, own[team] ?? 0));
    // What one rule adds may be too much for another to leave alone.
    for (const _ of alike)
      for (const { teams, within } of alike) {
        const largest = Math.max(...teams.map((team) => sizes[team] ?? 0));
        for (const team of teams) sizes[team] = Math.max(sizes[team] ?? 0, largest - within);
      }
    return sizes.reduce((sum, players) => sum + players, 0) - size;
  };
  if (!backfill) {
    const places = minimum
      .map((_, team) => (size <= (room[team] ?? 0) ? team : -1))
      .filter((team) => team >= 0);
    return Math.min(...places.map((place) => missing(minimum.map((_, team) => (team === place ? size : 0)))));
  }
  const own = minimum.map(() => 0);
  for (let row = tickets.next(slot); row >= 0; row = tickets.next(row)) {
    const team = tickets.team(row);
    own[team] = (own[team] ?? 0) + 1;
  }
  return Math.max(1, missing(own));
}

/** Teams whose sizes a rule wants at most so far apart. */
interface Alike {
  readonly teams: readonly number[];
  readonly within: number;
}

/** The teams that a rule wants of like size: `=` over their counts, or a distance between them. */
function alikeTeams(rule: Rule | undefined, { teamIndex }: Engine): Alike[] {
  const equal = rule?.type === 'comparison' && rule.operation === '=';
  if (!equal && rule?.type !== 'distance') return [];
  const within = rule.type === 'distance' ? (rule.maxDistance ?? Number.POSITIVE_INFINITY) : 0;
  const parts = expressionsOf(rule);
  if (!parts.every(isTeamCount)) return [];
  const names = new Set(parts.flatMap(pathsOf).flatMap((path) => path.teams));
  return [{ teams: [...names].map((name) => teamIndex.get(name) ?? -1), within: Math.floor(within) }];
}

/** `count(teams[…].players)` of each team, or the largest or smallest of them. */
function isTeamCount(expression: Expression): boolean {
  if (expression.kind !== 'call') return false;
  if (expression.name === 'min' || expression.name === 'max') return isTeamCount(expression.of);
  return (
    expression.name === 'count' && expression.of.kind === 'path' && expression.of.property.of === 'player'
  );
}
