import type { Slot, Tickets } from './tickets.ts';

/** What a whole team's difference in party size weighs, in units of the rule set's limits on numbers. */
const weight = 0.5;

/**
 * How unlike two tickets are in party size: players who came together play better together, so stacks suit
 * stacks, and those who came alone suit each other. `seats`: the players of the largest team.
 */
export function partyGap(tickets: Tickets, one: Slot, other: Slot, seats: number): number {
  if (tickets.isBackfill(one) || tickets.isBackfill(other)) return 0;
  return (weight * Math.abs(tickets.size(one) - tickets.size(other))) / Math.max(1, seats);
}
