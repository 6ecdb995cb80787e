import { judgementAt } from './engine.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';

/**
 * How many ways to go on are tried before a packing counts as not found. Parties are of ten sizes at most,
 * teams often alike.
 */
const most = 20_000;

/** Sizes of the parties that fill the seats, by team; that there are none; or that it is too hard to say. */
type Packing = readonly (readonly number[])[] | 'impossible' | 'unknown';

interface Packed {
  /** Of the anchor; -1 for a backfill ticket. */
  readonly team: number;
  /** Of the other parties, by team. */
  readonly sizes: readonly (readonly number[])[];
}

/**
 * Ways to fill every team exactly with the anchor and some of the candidates, one for each kind of team that
 * the anchor may join, by counting alone. `impossible` when no choice of them fills the match.
 */
export function packingsOf(
  { engine, tickets }: Scene,
  anchor: Slot,
  candidates: readonly Slot[],
): Packed[] | 'impossible' {
  const { maxPlayers = [] } = judgementAt(engine, tickets.stage(anchor), tickets.isBackfill(anchor)) ?? {};
  const counts: number[] = [];
  let unknown = false;
  for (const slot of candidates) {
    const size = tickets.size(slot);
    while (counts.length <= size) counts.push(0);
    if (tickets.isBackfill(slot)) unknown = true;
    else counts[size] = (counts[size] ?? 0) + 1;
  }
  const found: Packed[] = [];
  const tried = new Set<number>();
  const backfill = tickets.isBackfill(anchor);
  for (const team of backfill ? [-1] : maxPlayers.keys()) {
    const kind = engine.teamClass[team] ?? -1;
    if (tried.has(kind)) continue;
    tried.add(kind);
    const seats = [...maxPlayers];
    for (let row = tickets.firstRow(anchor); row >= 0; row = tickets.next(row)) {
      const at = backfill ? tickets.team(row) : team;
      seats[at] = (seats[at] ?? 0) - tickets.size(row);
    }
    if (seats.some((left) => left < 0)) continue;
    const packing = packingOf(seats, counts);
    if (packing === 'unknown') unknown = true;
    else if (packing !== 'impossible') found.push({ team, sizes: packing });
  }
  return found.length > 0 || unknown ? found : 'impossible';
}

/**
 * Fills the seats that each team has left exactly, large parties first. `counts`: parties waiting by size.
 */
function packingOf(seats: readonly number[], counts: readonly number[]): Packing {
  const left = [...counts];
  const packing: number[][] = seats.map(() => []);
  const players = left.reduce((sum, parties, size) => sum + parties * size, 0);
  if (players < seats.reduce((sum, it) => sum + it, 0)) return 'impossible';
  const hopeless = new Set<string>();
  let tried = 0;
  /** Goes on with a team that has `room` left, for parties no larger than `largest`. */
  const fill = (team: number, room: number, largest: number): boolean => {
    if (team === seats.length) return true;
    const parties = packing[team] ?? [];
    if (room === 0) return start(team + 1);
    for (let size = Math.min(room, largest); size > 0; size--) {
      if ((left[size] ?? 0) === 0) continue;
      if (++tried > most) return false;
      left[size] = (left[size] ?? 0) - 1;
      parties.push(size);
      if (fill(team, room - size, size)) return true;
      parties.pop();
      left[size] = (left[size] ?? 0) + 1;
    }
    return false;
  };
  const start = (team: number): boolean => {
    const key = `${team} ${left.join()}`;
    if (hopeless.has(key)) return false;
    const room = seats[team] ?? 0;
    if (fill(team, room, room)) return true;
    hopeless.add(key);
    return false;
  };
  if (start(0)) return packing;
  return tried > most ? 'unknown' : 'impossible';
}
