import type { Engine } from './engine.ts';
import type { Seated } from './found.ts';
import type { TeamMeans, Weight } from './team-means.ts';

/** With more tickets than this, swaps of single ones find what there is, and pairs would be too many. */
const most = 64;

/** One or two tickets of a team, that change teams together. */
interface Group extends Weight {
  readonly members: readonly number[];
}

/**
 * The seats after the swap that evens the teams most: one or two tickets of a team for one or two of another, as many players
 * for as many. Undefined where none evens them. `deviation` is that of `means`, which is settled on these seats.
 */
export function swapGroups(
  engine: Engine,
  { members, places }: Seated,
  means: TeamMeans,
  deviation: number,
): Seated | undefined {
  if (members.length > most) return undefined;
  const groups = engine.teamNames.map((_, team) => groupsOf({ members, places }, team));
  let least = deviation * (1 - 1e-9);
  let best: { one: Group; other: Group; from: number; to: number } | undefined;
  for (let from = 0; from < groups.length; from++)
    for (let to = from + 1; to < groups.length; to++)
      for (const one of groups[from] ?? [])
        for (const other of groups[to] ?? []) {
          if (one.size !== other.size) continue;
          const after = means.after(one, other, from, to);
          if (after < least) [best, least] = [{ one, other, from, to }, after];
        }
  if (best === undefined) return undefined;
  const { one, other, from, to } = best;
  const swapped = [...places];
  for (const index of one.members) swapped[index] = to;
  for (const index of other.members) swapped[index] = from;
  return { members, places: swapped };
}

function groupsOf({ members, places }: Seated, team: number): Group[] {
  const singles = members.flatMap(({ size, numbers }, index): Group[] =>
    places[index] === team ? [{ members: [index], size, numbers }] : [],
  );
  const pairs = singles.flatMap((one, at) =>
    singles.slice(at + 1).map((other): Group => {
      const size = one.size + other.size;
      const numbers = one.numbers.map(
        (number, index) => (number * one.size + (other.numbers[index] ?? 0) * other.size) / size,
      );
      return { members: [...one.members, ...other.members], size, numbers };
    }),
  );
  return [...singles, ...pairs];
}
