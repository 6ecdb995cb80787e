import { type Engine, isLarge, judgementAt } from './engine.ts';
import type { Lineup } from './lineup.ts';

/**
 * Teams to try for the next ticket, one of each that are alike and still empty; all of them while a backfill
 * ticket may join, whose players make alike teams different. Equally good ones start at a random team
 * (FlexMatch documents the choice as random).
 */
export function openTeams(
  engine: Engine,
  lineup: Lineup,
  chance: () => number,
  backfillMayJoin = false,
  teams: number[] = [],
): number[] {
  const { counts, backfill } = lineup;
  const room = engine.stages.at(-1)?.room ?? [];
  const large = isLarge(engine);
  const alike = !backfillMayJoin || backfill;
  teams.length = 0;
  const offset = Math.floor(chance() * counts.length);
  for (let index = 0; index < counts.length; index++) {
    const team = (index + offset) % counts.length;
    const count = counts[team] ?? 0;
    const isEmptyOfKind = (other: number) =>
      counts[other] === 0 && engine.teamClass[other] === engine.teamClass[team];
    if (count >= (room[team] ?? 0) || (count === 0 && alike && teams.some(isEmptyOfKind))) continue;
    const urgency = large ? largeUrgency(engine, lineup, team) : count / (room[team] ?? 1);
    // Equally good ones stay as they came.
    let at = teams.length;
    for (; at > 0; at--) {
      const other = teams[at - 1] ?? -1;
      const others = large ? largeUrgency(engine, lineup, other) : (counts[other] ?? 0) / (room[other] ?? 1);
      if (others <= urgency) break;
      teams[at] = other;
    }
    teams[at] = team;
  }
  return teams;
}

/**
 * Large matches: teams below their minimum first, then the most open slots, as the FlexMatch guide says under
 * "Large match process". Lower is sooner.
 */
function largeUrgency(engine: Engine, { counts, stage, backfill }: Lineup, team: number): number {
  const { minPlayers = [], maxPlayers = [] } = judgementAt(engine, stage, backfill) ?? {};
  const count = counts[team] ?? 0;
  const belowMinimum = count < (minPlayers[team] ?? 0) ? 1_000 : 0;
  return count - belowMinimum - (maxPlayers[team] ?? 0);
}
