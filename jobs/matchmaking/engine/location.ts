import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';

/**
 * The location that suits a match best: the lowest mean latency among those that every ticket with latencies reports
 * (FlexMatch: reported latencies restrict placement also without a latency rule). Undefined when there is none.
 */
export function placementOf(_engine: Engine, members: readonly Candidate[]): string | undefined {
  const sums = new Map<string, { sum: number; players: number }>();
  let reporting = 0;
  for (const { ticket } of members)
    for (const { latencyInMs } of ticket.players) {
      if (latencyInMs === undefined) continue;
      reporting++;
      for (const [location, latency] of Object.entries(latencyInMs)) {
        const entry = sums.get(location) ?? { sum: 0, players: 0 };
        sums.set(location, { sum: entry.sum + latency, players: entry.players + 1 });
      }
    }
  let best: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [location, { sum, players }] of sums)
    if (players === reporting && sum < lowest) [best, lowest] = [location, sum];
  return best;
}
