import { judgementAt } from './engine.ts';
import { suits } from './rules/latency.ts';
import type { Scene } from './scene.ts';
import type { Slot, Tickets } from './tickets.ts';

/**
 * The location that suits a match best: the lowest mean latency among those that every player with latencies
 * reports (FlexMatch: reported latencies restrict placement also without a latency rule) and in which all
 * enforced latency rules hold. Undefined when nobody reports latencies, or only a compound rule lets those
 * meet who share no location.
 */
export function placementOf(scene: Scene, members: readonly Slot[]): string | undefined {
  const sums = new Map<string, { sum: number; players: number }>();
  let reporting = 0;
  for (const slot of members)
    for (const { latencyInMs } of scene.tickets.playersOf(slot)) {
      if (latencyInMs === undefined) continue;
      reporting++;
      for (const [location, latency] of Object.entries(latencyInMs)) {
        const entry = sums.get(location) ?? { sum: 0, players: 0 };
        sums.set(location, { sum: entry.sum + latency, players: entry.players + 1 });
      }
    }
  if (reporting === 0) return undefined;
  const shared = [...sums].filter(([, { players }]) => players === reporting);
  const suiting = shared.filter(([location]) => allows(scene, members, location));
  let best: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [location, { sum }] of suiting.length > 0 ? suiting : shared)
    if (sum < lowest) [best, lowest] = [location, sum];
  return best;
}

function allows({ engine, tickets }: Scene, members: readonly Slot[], location: string): boolean {
  const reached = members.map((slot) => tickets.stage(slot));
  const judged =
    engine.algorithm.expansionAgeSelection === 'newest' ? Math.min(...reached) : Math.max(...reached);
  const filling = members.some((slot) => tickets.isBackfill(slot));
  const { latencyRules = [] } = judgementAt(engine, judged, filling) ?? {};
  const rows: Slot[] = [];
  for (const slot of members)
    for (let row = tickets.firstRow(slot); row >= 0; row = tickets.next(row)) rows.push(row);
  return latencyRules.every((rule) => suits(rule, rows, tickets, location));
}

/** Whether all players who report latencies report one location in common. */
export function shareLocation(tickets: Tickets, members: readonly Slot[]): boolean {
  const players = members.flatMap((slot) => tickets.playersOf(slot));
  const reports = players.map(({ latencyInMs }) => latencyInMs).filter((it) => it !== undefined);
  const [first, ...others] = reports;
  return (
    first === undefined ||
    Object.keys(first).some((name) => others.every((other) => Object.hasOwn(other, name)))
  );
}
