import type { Seated } from './found.ts';
import type { Scene } from './scene.ts';
import type { TeamMeans } from './team-means.ts';
import type { Slot } from './tickets.ts';

/**
 * With up to this many splits of its tickets a match gets the best one; with more, the best that swapping
 * reaches.
 */
const most = 1_000;
/** Seats tried while looking for splits, most of which lead nowhere where parties are large. */
const mostTried = 40 * most;

export interface Split {
  readonly places: readonly number[];
  /** How far the teams' means lie apart. */
  readonly spread: number;
}

/** Splits of a match, and how many there are in all. */
export interface Splits {
  /** Those more even than asked, the most even first. */
  readonly better: readonly Split[];
  readonly count: number;
}

/**
 * The ways to put the tickets on teams of the sizes they have now whose spread is below `below`, but those
 * that are the mirror image of another: alike teams change names. Undefined when there are too many. The
 * first ticket's team comes first, so of two that are equally even it keeps the team that chance gave it.
 * `known`: how many there are, if that is known.
 */
export function splitsOf(
  { engine, tickets }: Scene,
  { members, places }: Seated,
  means: TeamMeans,
  below: number,
  known?: number,
): Splits | undefined {
  const sizes = engine.teamNames.map(() => 0);
  let mirrored = true;
  members.forEach((slot, index) => {
    const team = places[index] ?? -1;
    if (tickets.isBackfill(slot)) mirrored = false;
    else sizes[team] = (sizes[team] ?? 0) + tickets.size(slot);
  });
  const left = [...sizes];
  const trial = [...places];
  const better: Split[] = [];
  let [tried, count] = [0, 0];
  // Counting alone is cheap, and a large match has too many.
  let counting = known === undefined;
  const isTwin = (team: number, other: number) =>
    other !== team &&
    left[other] === sizes[other] &&
    sizes[other] === sizes[team] &&
    engine.teamClass[other] === engine.teamClass[team];
  const note = () => {
    count++;
    if (counting) return;
    const spread = means.spread();
    if (spread < below) better.push({ places: [...trial], spread });
  };
  /** False once there are too many. */
  const seat = (index: number, member: Slot, team: number): boolean => {
    if (!counting) means.seat(member, team);
    const few = place(index + 1);
    if (!counting) means.seat(member, team, -1);
    return few;
  };
  const place = (index: number): boolean => {
    const member = members[index];
    if (member === undefined) {
      note();
      return count <= most;
    }
    if (tickets.isBackfill(member)) return seat(index, member, -1);
    const size = tickets.size(member);
    const own = places[index] ?? -1;
    for (let turn = -1; turn < sizes.length; turn++) {
      const team = turn < 0 ? own : turn;
      const room = left[team] ?? 0;
      if (turn === own || room < size) continue;
      // Of alike teams that are both empty, one stands for all: the ticket's own, else the first.
      if (mirrored && room === sizes[team] && team !== own) {
        let twin = isTwin(team, own);
        for (let other = 0; other < team && !twin; other++) twin = isTwin(team, other);
        if (twin) continue;
      }
      if (++tried > mostTried) return false;
      left[team] = room - size;
      trial[index] = team;
      const few = seat(index, member, team);
      left[team] = room;
      if (!few) return false;
    }
    return true;
  };
  if (counting && !place(0)) return undefined;
  counting = false;
  count = tried = 0;
  means.clear();
  place(0);
  return { better: better.sort((a, b) => a.spread - b.spread), count };
}
