import type { Seated } from './found.ts';
import type { Scene } from './scene.ts';
import type { TeamMeans } from './team-means.ts';
import type { Slot } from './tickets.ts';

/** With more tickets than this, swaps of single ones find what there is, and pairs would be too many. */
const most = 64;

/** One or two tickets of a team, that change teams together: which members of the match, and their slots. */
interface Group {
  readonly size: number;
  readonly indexes: readonly number[];
  readonly slots: readonly Slot[];
}

/**
 * The seats after the swap that evens the teams most: one or two tickets of a team for one or two of another,
 * as many players for as many. Undefined where none evens them. `deviation` is that of `means`, which is
 * settled on these seats.
 */
export function swapGroups(
  scene: Scene,
  { members, places }: Seated,
  means: TeamMeans,
  deviation: number,
): Seated | undefined {
  if (members.length > most) return undefined;
  const groups = scene.engine.teamNames.map((_, team) => groupsOf(scene, { members, places }, team));
  let least = deviation * (1 - 1e-9);
  let best: { one: Group; other: Group; from: number; to: number } | undefined;
  for (let from = 0; from < groups.length; from++)
    for (let to = from + 1; to < groups.length; to++)
      for (const one of groups[from] ?? [])
        for (const other of groups[to] ?? []) {
          if (one.size !== other.size) continue;
          const after = means.after(one.slots, other.slots, from, to);
          if (after < least) [best, least] = [{ one, other, from, to }, after];
        }
  if (best === undefined) return undefined;
  const { one, other, from, to } = best;
  const swapped = [...places];
  for (const index of one.indexes) swapped[index] = to;
  for (const index of other.indexes) swapped[index] = from;
  return { members, places: swapped };
}

function groupsOf({ tickets }: Scene, { members, places }: Seated, team: number): Group[] {
  const singles = members.flatMap((slot, index): Group[] =>
    places[index] === team ? [{ size: tickets.size(slot), indexes: [index], slots: [slot] }] : [],
  );
  const pairs = singles.flatMap((one, at) =>
    singles.slice(at + 1).map((other) => ({
      size: one.size + other.size,
      indexes: [...one.indexes, ...other.indexes],
      slots: [...one.slots, ...other.slots],
    })),
  );
  return [...singles, ...pairs];
}
