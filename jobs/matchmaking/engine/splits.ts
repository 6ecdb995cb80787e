import type { Engine } from './engine.ts';
import type { Seated } from './found.ts';
import type { TeamMeans } from './team-means.ts';

/** With up to this many splits of its tickets a match gets the best one; with more, the best that swapping reaches. */
const most = 1_000;
/** Seats tried while looking for splits, most of which lead nowhere where parties are large. */
const mostTried = 40 * most;

export interface Split {
  readonly places: readonly number[];
  /** How far the teams' means lie apart. */
  readonly spread: number;
}

/**
 * Every way to put the tickets on teams of the sizes they have now, but those that are the mirror image of another: alike
 * teams change names. Undefined when there are too many. The first ticket's team comes first, so of two that are equally even
 * it keeps the team that chance gave it.
 */
export function splitsOf(engine: Engine, { members, places }: Seated, means: TeamMeans): Split[] | undefined {
  const sizes = engine.teamNames.map(() => 0);
  let mirrored = true;
  members.forEach(({ size, backfill }, index) => {
    const team = places[index] ?? -1;
    if (backfill) mirrored = false;
    else sizes[team] = (sizes[team] ?? 0) + size;
  });
  const left = [...sizes];
  const trial = [...places];
  const found: Split[] = [];
  let [tried, splits] = [0, 0];
  // Counting alone is cheap, and a large match has too many.
  let counting = true;
  const isTwin = (team: number, other: number) =>
    other !== team &&
    left[other] === sizes[other] &&
    sizes[other] === sizes[team] &&
    engine.teamClass[other] === engine.teamClass[team];
  /** False once there are too many. */
  const place = (index: number): boolean => {
    const member = members[index];
    if (member === undefined) {
      if (!counting) found.push({ places: [...trial], spread: means.spread() });
      return ++splits <= most;
    }
    if (member.backfill) {
      if (!counting) means.seat(member, -1);
      const few = place(index + 1);
      if (!counting) means.seat(member, -1, -1);
      return few;
    }
    const own = places[index] ?? -1;
    for (let turn = -1; turn < sizes.length; turn++) {
      const team = turn < 0 ? own : turn;
      const room = left[team] ?? 0;
      if (turn === own || room < member.size) continue;
      // Of alike teams that are both empty, one stands for all: the ticket's own, else the first.
      if (mirrored && room === sizes[team] && team !== own) {
        let twin = isTwin(team, own);
        for (let other = 0; other < team && !twin; other++) twin = isTwin(team, other);
        if (twin) continue;
      }
      if (++tried > mostTried) return false;
      left[team] = room - member.size;
      trial[index] = team;
      if (!counting) means.seat(member, team);
      const few = place(index + 1);
      if (!counting) means.seat(member, team, -1);
      left[team] = room;
      if (!few) return false;
    }
    return true;
  };
  if (!place(0)) return undefined;
  counting = false;
  splits = tried = 0;
  means.clear();
  place(0);
  return found;
}
