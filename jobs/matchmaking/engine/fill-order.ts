import { type Engine, isLarge, judgementAt } from './engine.ts';
import type { Lineup } from './lineup.ts';

/**
 * Teams to try for the next ticket, one of each that are alike and still empty; all of them while a backfill ticket may
 * join, whose players make alike teams different. Equally good ones start at a random team (FlexMatch documents the choice
 * as random).
 */
export function openTeams(
  engine: Engine,
  lineup: Lineup,
  chance: () => number,
  backfillMayJoin = false,
): number[] {
  const { counts } = lineup;
  const room = engine.stages.at(-1)?.room ?? [];
  const teams: number[] = [];
  const emptyClasses: number[] = [];
  const offset = Math.floor(chance() * counts.length);
  for (let index = 0; index < counts.length; index++) {
    const team = (index + offset) % counts.length;
    const count = counts[team] ?? 0;
    const alike = engine.teamClass[team] ?? team;
    if (count >= (room[team] ?? 0) || (count === 0 && emptyClasses.includes(alike))) continue;
    if (count === 0 && !(backfillMayJoin && !lineup.backfill)) emptyClasses.push(alike);
    teams.push(team);
  }
  if (teams.length < 2) return teams;
  const urgency = isLarge(engine) ? largeUrgency(engine, lineup) : smallUrgency(room, counts);
  return teams.sort((a, b) => urgency(a) - urgency(b));
}

/** Emptiest first, in parts of its size. */
function smallUrgency(room: readonly number[], counts: readonly number[]) {
  return (team: number) => (counts[team] ?? 0) / (room[team] ?? 1);
}

/** Large matches: teams below their minimum first, then the most open slots (flexmatch.md 7.2). Lower is sooner. */
function largeUrgency(engine: Engine, { counts, stage, backfill }: Lineup) {
  const { minPlayers = [], maxPlayers = [] } = judgementAt(engine, stage, backfill) ?? {};
  return (team: number) => {
    const count = counts[team] ?? 0;
    const belowMinimum = count < (minPlayers[team] ?? 0) ? 1_000 : 0;
    return -belowMinimum - ((maxPlayers[team] ?? 0) - count);
  };
}
