import type { Found } from './found.ts';
import { Lineup } from './lineup.ts';
import { metBy } from './recent-opponents.ts';
import type { Scene } from './scene.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';
import type { Slot } from './tickets.ts';

/**
 * Matches of two swap opponents while every rule holds and the gaps do not grow. One sweep along the matched
 * tickets in the order of their neighbourhood brings neighbours together: where one number decides alone,
 * this reaches the pairing of these tickets with the smallest sum of gaps. Changes `found`.
 */
export function exchange(scene: Scene, found: readonly Found[], tally: Tally, budget: number): void {
  const { order, nearness, sortRules, sortColumns, fastest } = scene.engine;
  const prefers = sortRules.length > 0 || sortColumns.length > 0;
  if (order !== 'closest' || nearness.length === 0 || prefers) return;
  // Neighbours by number may live far apart.
  if (fastest !== undefined) return;
  const trial = new Lineup(scene);
  for (const pairs of pairsByKey(scene, found)) {
    const { line, homes } = lineOf(scene, pairs);
    let one = -1;
    for (let at = 0; at < line.length && tally.steps < budget; at++) {
      const other = line[at] ?? -1;
      if (other < 0) continue;
      if (one < 0) {
        one = other;
        continue;
      }
      const settled = swap(scene, pairs, one, other, homes, trial, tally);
      // A pair that has come together is settled: the next one starts behind it.
      one = settled ? -1 : other;
    }
  }
}

function pairsByKey({ tickets }: Scene, found: readonly Found[]): Iterable<Found[]> {
  const pairs = new Map<string, Found[]>();
  for (const match of found) {
    const [one, other] = match.members;
    if (one === undefined || other === undefined || match.members.length > 2) continue;
    if (tickets.isBackfill(one) || tickets.isBackfill(other)) continue;
    const key = tickets.key(one);
    const ofKey = pairs.get(key);
    if (ofKey === undefined) pairs.set(key, [match]);
    else ofKey.push(match);
  }
  return pairs.values();
}

/**
 * The tickets of these matches by their place in the neighbourhood, -1 where there is none, and the match of
 * each.
 */
function lineOf({ tickets }: Scene, matches: readonly Found[]) {
  let length = 0;
  for (const { members } of matches)
    for (const slot of members) length = Math.max(length, tickets.at(slot) + 1);
  const line = new Int32Array(length).fill(-1);
  const homes = new Int32Array(length);
  for (const [home, { members }] of matches.entries())
    for (const slot of members) {
      line[tickets.at(slot)] = slot;
      homes[tickets.at(slot)] = home;
    }
  return { line, homes };
}

/**
 * Makes `other` the opponent of `one`, if it is not yet, where sizes are equal, the gaps do not grow and
 * every rule holds.
 */
function swap(
  scene: Scene,
  matches: readonly Found[],
  one: Slot,
  other: Slot,
  homes: Int32Array,
  trial: Lineup,
  tally: Tally,
): boolean {
  const { tickets } = scene;
  const home = homes[tickets.at(one)] ?? -1;
  const away = homes[tickets.at(other)] ?? -1;
  if (home === away) return true;
  const here = matches[home] as Found;
  const there = matches[away] as Found;
  const seat = here.members[0] === one ? 1 : 0;
  const place = there.members[0] === other ? 0 : 1;
  const leaving = here.members[seat] ?? -1;
  const staying = there.members[1 - place] ?? -1;
  if (tickets.size(leaving) !== tickets.size(other)) return false;
  // Equal gaps may swap too, or ties would keep neighbours apart further along the line.
  const before = gap(scene, one, leaving) + gap(scene, other, staying) + 1e-9;
  if (gap(scene, one, other) + gap(scene, leaving, staying) > before) return false;
  const { avoidsRecent } = scene.engine;
  if (avoidsRecent && (metBy(scene, one)(other) || metBy(scene, leaving)(staying))) return false;
  here.members[seat] = other;
  there.members[place] = leaving;
  if (!holds(scene, here, trial, tally) || !holds(scene, there, trial, tally)) {
    here.members[seat] = leaving;
    there.members[place] = other;
    return false;
  }
  homes[tickets.at(other)] = home;
  homes[tickets.at(leaving)] = away;
  return true;
}

/** How unlike two tickets are, in units of the rule set's limits. */
function gap({ engine, tickets }: Scene, one: Slot, other: Slot): number {
  let total = 0;
  for (const { column, scale } of engine.nearness)
    total += Math.abs(tickets.cell(one, column) - tickets.cell(other, column)) / scale;
  return total;
}

function holds({ engine }: Scene, { members, places }: Found, trial: Lineup, tally: Tally): boolean {
  trial.seat({ members, places });
  tally.steps++;
  const standing = standingOf(engine, trial, tally);
  return standing === 'playable' || standing === 'full';
}
