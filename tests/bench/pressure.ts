import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../infra/local/demo/statistics.ts';
import { queueNames } from '../../jobs/contract.ts';
import { poolTag } from '../../jobs/keys.ts';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import { queuesOf } from '../support/client-inside.ts';
import { usageOf } from './fleet-costs.ts';
import { feed, readTickets } from './fleet-journey.ts';
import { duelist, type FleetUnderTest } from './fleet-under-test.ts';

/** How the fleet stands at one moment, and what happened in the seconds since the last look. */
export interface Look {
  /** Seconds since the start. */
  readonly at: number;
  /** Tickets a second that were due, that were acknowledged, and that were refused. */
  readonly due: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Tickets a second decided, and stored. */
  readonly decided: number;
  readonly stored: number;
  readonly searching: number;
  readonly unstored: number;
  readonly jobsWaiting: number;
  /** Since the oldest ticket that is not decided was acknowledged, ms. */
  readonly oldestMs: number;
  /** 99 % of the calls that returned were answered within, ms from when they were due. */
  readonly callMs: number;
  readonly valkeyMiB: number;
  /** Resident: of the largest worker, and of this process. */
  readonly workersMiB: number;
  readonly clientMiB: number;
}

/**
 * Tickets a second the fleet gets from the first call to the stored match when services send as fast as they
 * can.
 */
export async function measureCapacity(fleet: FleetUnderTest, tickets: number): Promise<number> {
  const clients = await fleet.clients(8);
  const ticketIds = Array.from({ length: tickets }, () => randomUUID());
  const startedAt = Date.now();
  const requests = ticketIds.map((ticketId, n) =>
    duelist(`capacity-${ticketId}`, ticketId, 1_500 + (n % 100)),
  );
  await feed(clients, requests, 50, (client, some) => client.startMatchmakingAll(some));
  await fleet.quiet();
  const ended = Math.max(...(await readTickets(fleet, ticketIds)).map((ticket) => ticket.end));
  return Math.round((tickets / (ended - startedAt)) * 1_000);
}

export interface Pressure {
  readonly seconds: number;
  /** Tickets a second due at a moment, seconds since the start. */
  readonly rateAt: (second: number) => number;
  /** Players who take turns. */
  readonly players: number;
  /** Seconds between two looks. */
  readonly lookEvery: number;
  /** What becomes of tickets, a second after second, once they had time to end. */
  readonly onEnded?: (ticketIds: readonly string[]) => Promise<void>;
  readonly onLook: (look: Look) => void;
  /** Whether it may end before its time. */
  readonly enough?: (look: Look) => boolean;
}

/** How long (s) after they were due tickets are looked at. */
const settledAfter = 5;

/** Tickets arrive by themselves at a rate, whatever becomes of them, and the fleet is looked at meanwhile. */
export async function press(fleet: FleetUnderTest, pressure: Pressure): Promise<Look[]> {
  const { seconds, rateAt, players, lookEvery, onEnded, onLook, enough } = pressure;
  const looks: Look[] = [];
  /** Tickets by the second they were due in. */
  const asked = new Map<number, string[]>();
  const look = await openLook(fleet);
  const calls = new Set<Promise<void>>();
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  let due = 0;

  const ask = (dueAt: number) => {
    const ticketId = randomUUID();
    const playerId = `${fleet.run}-${due % players}`;
    const second = Math.floor(dueAt);
    if (onEnded) asked.set(second, asked.get(second) ?? []);
    asked.get(second)?.push(ticketId);
    const call = fleet.client
      .startMatchmaking(duelist(playerId, ticketId, 1_500 + (due % 100)))
      .then(() => look.answered((elapsed() - dueAt) * 1_000))
      .catch(() => look.refused())
      .finally(() => calls.delete(call));
    calls.add(call);
    due++;
  };

  let nextLook = lookEvery;
  let ended = Promise.resolve();
  for (let at = 0; at < seconds; await pause(2)) {
    for (const now = Math.min(elapsed(), seconds); at < now; at += 1 / rateAt(at)) ask(at);
    const old = [...asked].filter(([second]) => second < elapsed() - settledAfter);
    for (const [second] of old) asked.delete(second);
    if (onEnded && old.length > 0)
      ended = ended.then(() => onEnded(old.flatMap(([, ticketIds]) => ticketIds)));
    if (elapsed() < nextLook) continue;
    const seen = await look.take(elapsed(), rateAt(elapsed()));
    looks.push(seen);
    onLook(seen);
    nextLook += lookEvery;
    if (enough?.(seen)) break;
  }
  await ended;
  await Promise.all(calls);
  return looks;
}

/** Counts what happened and reads how things stand. */
async function openLook({ redis, domain, client, workers }: FleetUnderTest) {
  const key = (name: string) => `${poolTag(domain)}:${name}`;
  const standing = async () => {
    const [sequence, searching, matches, memory] = await Promise.all([
      redis.get(key('sequence')),
      redis.zcard(key('pool:duel')),
      redis.hlen(key('outbox')),
      redis.info('memory'),
    ]);
    const unstored = 2 * matches;
    const decided = Number(sequence ?? 0) - searching;
    const valkeyMiB = Number(/^used_memory:(\d+)/m.exec(memory)?.[1]) / 2 ** 20;
    return { searching, unstored, decided, stored: decided - unstored, valkeyMiB };
  };
  /** Since the oldest of those not decided yet was started, ms. */
  const oldest = async (): Promise<number> => {
    const [first] = await redis.zrange(key('pool:duel'), '0', '0');
    const start =
      first === undefined ? undefined : readStoredTicket(await redis.get(key(`ticket:${first}`)))?.start;
    return start ? Date.now() - Number(start) : 0;
  };
  let times: number[] = [];
  let refusals = 0;
  let last = { at: 0, ...(await standing()) };

  return {
    answered: (ms: number): void => void times.push(ms),
    refused: (): void => void refusals++,
    async take(at: number, due: number): Promise<Look> {
      const [now, oldestMs, ...waiting] = await Promise.all([
        standing(),
        oldest(),
        ...queueNames.map((name) => queuesOf(client)[name].getJobCountByTypes('waiting', 'prioritized')),
      ]);
      const each = (count: number) => Math.round(count / (at - last.at));
      const { decided, stored, valkeyMiB, ...counts } = now;
      const seen = {
        at: Math.round(at),
        due: Math.round(due),
        acknowledged: each(times.length),
        refused: each(refusals),
        decided: each(decided - last.decided),
        stored: each(stored - last.stored),
        ...counts,
        jobsWaiting: waiting.reduce((sum, it) => sum + it, 0),
        oldestMs: Math.round(oldestMs),
        callMs: Math.round(percentile(times, 0.99)),
        valkeyMiB: Math.round(valkeyMiB),
        workersMiB: Math.round(Math.max(...workers.map(({ pid }) => usageOf([pid]).rssMiB))),
        clientMiB: Math.round(process.memoryUsage.rss() / 2 ** 20),
      };
      last = { at, ...now };
      [times, refusals] = [[], 0];
      return seen;
    },
  };
}
