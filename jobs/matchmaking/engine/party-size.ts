import type { Candidate } from './candidate.ts';

/** What a whole team's difference in party size weighs, in units of the rule set's limits on numbers. */
const weight = 0.5;

/**
 * How unlike two tickets are in party size: players who came together play better together, so stacks suit stacks, and
 * those who came alone suit each other. `seats`: the players of the largest team.
 */
export function partyGap(one: Candidate, other: Candidate, seats: number): number {
  if (one.backfill || other.backfill) return 0;
  return (weight * Math.abs(one.size - other.size)) / Math.max(1, seats);
}
