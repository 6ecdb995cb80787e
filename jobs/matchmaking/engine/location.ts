import type { Candidate } from './candidate.ts';
import { type Engine, judgementAt } from './engine.ts';
import { suits } from './rules/latency.ts';

/**
 * The location that suits a match best: the lowest mean latency among those that every player with latencies reports
 * (FlexMatch: reported latencies restrict placement also without a latency rule) and in which all enforced latency rules
 * hold. Undefined when nobody reports latencies, or only a compound rule lets those meet who share no location.
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
  const suiting = shared.filter(([location]) => allows(engine, members, location));
  let best: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [location, { sum }] of suiting.length > 0 ? suiting : shared)
    if (sum < lowest) [best, lowest] = [location, sum];
  return best;
}

function reportsLatency({ ticket }: Candidate): boolean {
  return ticket.players.some(({ latencyInMs }) => latencyInMs !== undefined);
}

function allows(engine: Engine, members: readonly Candidate[], location: string): boolean {
  const reached = members.map(({ stage }) => stage);
  const judged =
    engine.algorithm.expansionAgeSelection === 'newest' ? Math.min(...reached) : Math.max(...reached);
  const filling = members.some(({ backfill }) => backfill);
  const { latencyRules = [] } = judgementAt(engine, judged, filling) ?? {};
  const together = { teams: [members.flatMap(({ blocks }) => blocks)] };
  return latencyRules.every(({ rule, index }) => suits(rule, together, index, location));
}

/** Whether all players who report latencies report one location in common. */
export function shareLocation(members: readonly Candidate[]): boolean {
  const players = members.flatMap(({ ticket }) => ticket.players);
  const reports = players.map(({ latencyInMs }) => latencyInMs).filter((it) => it !== undefined);
  const [first, ...others] = reports;
  return (
    first === undefined ||
    Object.keys(first).some((name) => others.every((other) => Object.hasOwn(other, name)))
  );
}
