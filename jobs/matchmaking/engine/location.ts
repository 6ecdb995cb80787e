import { within } from './batch.ts';
import type { Candidate } from './candidate.ts';
import { type Engine, judgementAt } from './engine.ts';

/**
 * The location that suits a match best: the lowest mean latency among those that every ticket with latencies reports
 * (FlexMatch: reported latencies restrict placement also without a latency rule). One within every enforced maxLatency
 * goes before one that is not; several latency rules may each have passed for a location of their own. Undefined when
 * the tickets share none.
 */
export function placementOf(engine: Engine, members: readonly Candidate[]): string | undefined {
  if (!members.some(reportsLatency)) return undefined;
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
  const shared = [...sums].filter(([, { players }]) => players === reporting);
  const suiting = shared.filter(([location]) => suits(engine, members, location));
  let best: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [location, { sum }] of suiting.length > 0 ? suiting : shared)
    if (sum < lowest) [best, lowest] = [location, sum];
  return best;
}

function reportsLatency({ ticket }: Candidate): boolean {
  return ticket.players.some(({ latencyInMs }) => latencyInMs !== undefined);
}

function suits(engine: Engine, members: readonly Candidate[], location: string): boolean {
  const reached = members.map(({ stage }) => stage);
  const judged =
    engine.algorithm.expansionAgeSelection === 'newest' ? Math.min(...reached) : Math.max(...reached);
  const filling = members.some(({ backfill }) => backfill);
  const { latencyLimits = [] } = judgementAt(engine, judged, filling) ?? {};
  if (latencyLimits.length === 0) return true;
  return members.every(({ blocks }) => blocks.every((block) => within(block, location, latencyLimits)));
}
