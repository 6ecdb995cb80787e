import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';
import type { Found } from './found.ts';
import { Lineup } from './lineup.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';

/**
 * Matches of two swap opponents while every rule holds and the gaps do not grow. One sweep along the matched tickets in the
 * order of their neighbourhood brings neighbours together: where one number decides alone, this reaches the pairing of these
 * tickets with the smallest sum of gaps. Changes `found`.
 */
export function exchange(engine: Engine, found: Found[], tally: Tally, budget: number): void {
  const { order, nearness, sortRules, sortColumns, algorithm } = engine;
  const prefers = sortRules.length > 0 || sortColumns.length > 0;
  if (order !== 'closest' || nearness.length === 0 || prefers) return;
  // Neighbours by number may live far apart.
  if (algorithm.batchingPreference === 'fastestRegion') return;
  const pairs = new Map<string, number[]>();
  for (const [home, { members }] of found.entries()) {
    const [one, other] = members;
    if (one === undefined || other === undefined || members.length > 2) continue;
    if (one.backfill || other.backfill) continue;
    const ofKey = pairs.get(one.key);
    if (ofKey === undefined) pairs.set(one.key, [home]);
    else ofKey.push(home);
  }
  const trial = new Lineup(engine);
  for (const ofKey of pairs.values()) {
    const { members, homes } = lineOf(found, ofKey);
    let one: Candidate | undefined;
    for (let at = 0; at < members.length && tally.steps < budget; at++) {
      const other = members[at];
      if (other === undefined) continue;
      if (one === undefined) {
        one = other;
        continue;
      }
      const [home = -1, away = -1] = [homes[one.at], homes[at]];
      const settled = home === away || swap(engine, found, one, home, other, away, trial, tally, homes);
      // A pair that has come together is settled: the next one starts behind it.
      one = settled ? undefined : other;
    }
  }
}

/** The tickets of these matches by their place in the neighbourhood, and the match of each. */
function lineOf(found: readonly Found[], matches: readonly number[]) {
  let length = 0;
  for (const home of matches)
    for (const { at } of found[home]?.members ?? []) length = Math.max(length, at + 1);
  const members = new Array<Candidate | undefined>(length).fill(undefined);
  const homes = new Int32Array(length);
  for (const home of matches)
    for (const member of found[home]?.members ?? []) {
      members[member.at] = member;
      homes[member.at] = home;
    }
  return { members, homes };
}

/** Makes `other` the opponent of `one`, where sizes are equal, the gaps do not grow and every rule holds. */
function swap(
  engine: Engine,
  found: Found[],
  one: Candidate,
  home: number,
  other: Candidate,
  away: number,
  trial: Lineup,
  tally: Tally,
  homes: Int32Array,
): boolean {
  const [here, there] = [found[home] as Found, found[away] as Found];
  const [seat, place] = [here.members[0] === one ? 1 : 0, there.members[0] === other ? 0 : 1];
  const [leaving, staying] = [here.members[seat], there.members[1 - place]];
  if (leaving === undefined || staying === undefined || leaving.size !== other.size) return false;
  // Equal gaps may swap too, or ties would keep neighbours apart further along the line.
  const before = gap(engine, one, leaving) + gap(engine, other, staying) + 1e-9;
  if (gap(engine, one, other) + gap(engine, leaving, staying) > before) return false;
  const together = { ...here, members: here.members.with(seat, other) };
  const apart = { ...there, members: there.members.with(place, leaving) };
  if (!holds(engine, together, trial, tally) || !holds(engine, apart, trial, tally)) return false;
  [found[home], found[away]] = [together, apart];
  [homes[other.at], homes[leaving.at]] = [home, away];
  return true;
}

/** How unlike two tickets are, in units of the rule set's limits. */
function gap({ nearness }: Engine, one: Candidate, other: Candidate): number {
  let total = 0;
  for (let index = 0; index < nearness.length; index++)
    total +=
      Math.abs((one.numbers[index] ?? 0) - (other.numbers[index] ?? 0)) / (nearness[index]?.scale ?? 1);
  return total;
}

function holds(engine: Engine, { members, places }: Found, trial: Lineup, tally: Tally): boolean {
  trial.clear();
  for (let index = 0; index < members.length; index++)
    trial.push(members[index] as Candidate, places[index] ?? -1);
  tally.steps++;
  const standing = standingOf(engine, trial, tally);
  return standing === 'playable' || standing === 'full';
}
