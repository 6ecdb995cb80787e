import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';
import { isLarge } from './engine.ts';
import { Lineup } from './lineup.ts';
import { sortedAlong } from './number-order.ts';
import type { Found } from './search.ts';
import { standingOf } from './standing.ts';
import type { Tally } from './tally.ts';

/** How many swaps are weighed for one pair of neighbours. */
const partnersTried = 6;

/**
 * Swaps tickets of equal size between matches while every rule holds and the gaps shrink. One sweep along the matched
 * tickets in order of their first number, bringing neighbours together: where matches of two differ in one number only,
 * this reaches the pairing of these tickets with the smallest sum of gaps.
 */
export function exchange(engine: Engine, found: readonly Found[], tally: Tally, budget: number): void {
  if (engine.order !== 'closest' || engine.nearness.length === 0 || engine.sortRules.length > 0) return;
  if (isLarge(engine) || found.length === 0) return;
  const matchOf = new Map<Candidate, Found>();
  for (const match of found) for (const member of match.members) matchOf.set(member, match);
  const line = sortedAlong(0, [...matchOf.keys()], (a, b) => a.arrival - b.arrival);
  if (engine.keyColumns.length > 0) line.sort(compareKeys);
  const trial = new Lineup(engine.stages.at(-1)?.room ?? [], engine.algorithm.expansionAgeSelection);
  const holds = (match: Found) => {
    trial.clear();
    match.members.forEach((member, index) => {
      trial.push(member, match.places[index] ?? -1);
    });
    tally.steps++;
    const standing = standingOf(engine, trial, tally);
    return standing === 'playable' || standing === 'full';
  };
  for (let index = 0; index + 1 < line.length && tally.steps < budget; index++) {
    const [one, other] = [line[index], line[index + 1]];
    if (one === undefined || other === undefined || one.key !== other.key) continue;
    const [home, away] = [matchOf.get(one), matchOf.get(other)];
    if (home === undefined || away === undefined) continue;
    const joined = home === away || bringTogether(engine, one, other, home, away, holds, matchOf);
    // A pair that has come together is settled: the next one starts behind it.
    if (joined && home.members.length === 2) index++;
  }
}

function bringTogether(
  engine: Engine,
  one: Candidate,
  other: Candidate,
  home: Found,
  away: Found,
  holds: (match: Found) => boolean,
  matchOf: Map<Candidate, Found>,
): boolean {
  const pairs = home.members.length === 2 && away.members.length === 2;
  // Pairs may also swap at equal cost, or ties would keep neighbours apart further along the line.
  const allowed = gap(engine, home) + gap(engine, away) + (pairs ? 1e-9 : -1e-9);
  const there = away.members.indexOf(other);
  let tried = 0;
  for (let here = 0; here < home.members.length && tried < partnersTried; here++) {
    const leaving = home.members[here];
    if (leaving === undefined || leaving === one || leaving.size !== other.size) continue;
    if (leaving.backfill || other.backfill) continue;
    tried++;
    home.members[here] = other;
    away.members[there] = leaving;
    if (gap(engine, home) + gap(engine, away) <= allowed && holds(home) && holds(away)) {
      matchOf.set(other, home).set(leaving, away);
      return true;
    }
    home.members[here] = leaving;
    away.members[there] = other;
  }
  return false;
}

/** How unlike the members are, in units of the rule set's limits: the spread of tickets plus that of the team means. */
function gap({ nearness }: Engine, { members, places }: Found): number {
  let total = 0;
  for (let index = 0; index < nearness.length; index++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const { numbers } of members) {
      const value = numbers[index] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    total += (high - low + imbalance(members, places, index)) / (nearness[index]?.scale ?? 1);
  }
  return total;
}

function imbalance(members: readonly Candidate[], places: readonly number[], index: number): number {
  if (members.length === 2) return 0;
  const sums: number[] = [];
  const sizes: number[] = [];
  members.forEach(({ numbers, size }, member) => {
    const team = places[member] ?? -1;
    if (team < 0) return;
    sums[team] = (sums[team] ?? 0) + (numbers[index] ?? 0) * size;
    sizes[team] = (sizes[team] ?? 0) + size;
  });
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const team in sums) {
    const mean = (sums[team] ?? 0) / (sizes[team] ?? 1);
    if (mean < low) low = mean;
    if (mean > high) high = mean;
  }
  return high > low ? high - low : 0;
}

function compareKeys(a: Candidate, b: Candidate): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
