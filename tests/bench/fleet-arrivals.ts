import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Chance, chance } from '../../infra/local/demo/random.ts';
import { percentile } from '../../infra/local/demo/statistics.ts';
import { readDecisions, readTickets } from './fleet-journey.ts';
import { duelist, type FleetUnderTest } from './fleet-under-test.ts';

/** Ms from the moment a call was due, whether or not the caller got to it by then. */
interface Latencies {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly 'p99.9': number;
}

/** One point of the curve. */
export interface Arrivals {
  /** Tickets a second that were due. */
  readonly rate: number;
  /** Tickets a second decided, from the first call to the last decision. */
  readonly decidedPerSecond: number;
  readonly refused: number;
  readonly decidedMs: Latencies;
  readonly persistedMs: Latencies;
}

/**
 * Tickets arrive by themselves (Poisson) at a rate, one call each, through one client. A call that is late
 * since its caller was busy counts from when it was due.
 */
export async function measureArrivals(
  fleet: FleetUnderTest,
  rate: number,
  seconds: number,
): Promise<Arrivals> {
  const dueAt = schedule(rate, seconds, chance(rate));
  const ticketIds = dueAt.map(() => randomUUID());
  let refused = 0;
  const calls: Promise<unknown>[] = [];
  const startedAt = performance.timeOrigin + performance.now();
  for (let next = 0; next < dueAt.length; await pause(1))
    for (
      const now = performance.timeOrigin + performance.now() - startedAt;
      (dueAt[next] ?? now) < now;
      next++
    ) {
      const ticketId = ticketIds[next] ?? '';
      const request = duelist(`player-${ticketId}`, ticketId, 1_500 + (next % 100));
      const call = fleet.client.startMatchmaking(request).catch(() => {
        refused++;
      });
      calls.push(call);
    }
  await Promise.all(calls);
  await fleet.quiet();

  const decisions = await readDecisions(fleet);
  const tickets = (await readTickets(fleet, ticketIds)).map((ticket, n) => ({
    ...ticket,
    decided: decisions.get(ticket.match) ?? 0,
    dueAt: startedAt + (dueAt[n] ?? 0),
  }));
  // The last one may be left without an opponent.
  const ended = tickets.filter((ticket) => ticket.end > 0);
  const last = Math.max(...ended.map((ticket) => ticket.decided));
  return {
    rate,
    decidedPerSecond: Math.round((ended.length / (last - startedAt)) * 1_000),
    refused,
    decidedMs: latencies(ended.map((ticket) => ticket.decided - ticket.dueAt)),
    persistedMs: latencies(ended.map((ticket) => ticket.end - ticket.dueAt)),
  };
}

/** When each arrival is due, ms after the start: independent of each other, so many a second on average. */
function schedule(rate: number, seconds: number, random: Chance): number[] {
  const due: number[] = [];
  for (let at = 0; at < seconds * 1_000; at += (-Math.log(1 - random.uniform()) / rate) * 1_000) due.push(at);
  return due;
}

const latencies = (sample: readonly number[]): Latencies => ({
  p50: Math.round(percentile(sample, 0.5)),
  p90: Math.round(percentile(sample, 0.9)),
  p99: Math.round(percentile(sample, 0.99)),
  'p99.9': Math.round(percentile(sample, 0.999)),
});
