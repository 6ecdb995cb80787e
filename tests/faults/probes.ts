import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { percentile } from '../../infra/local/demo/statistics.ts';
import type { FleetClient } from '../../producers/client.ts';
import { ask, type PromiseLog } from './promises.ts';

/** Two players against each other, whoever they are. */
export const probeRuleSet = JSON.stringify({
  name: 'probe',
  ruleLanguageVersion: '1.0',
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
});

/** How often (ms) two players ask, and how often each pair looks how it stands. */
const everyMs = 500;
const lookMs = 100;

/**
 * When a pair asked, and when it saw that both were matched and their match stored; ms since 1970 by this
 * process's clock, since faults step the one that tickets end by.
 */
interface Probe {
  readonly askedAt: number;
  endedAt?: number;
}

/** A fault as it was: it struck, and its cause was gone again. */
export interface Struck {
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

type ProbeTicket = Parameters<FleetClient['startMatchmakingAll']>[0][number];

/**
 * Starts a ticket of each id, by a player of its own, in the probes' configuration. Returns whether both were
 * promised.
 */
export async function startPair(
  client: FleetClient,
  log: PromiseLog,
  ticketIds: readonly string[],
  start: (tickets: readonly ProbeTicket[]) => Promise<void> = (tickets) => startAll(client, tickets),
): Promise<boolean> {
  const configuration = 'probe';
  const tickets = ticketIds.map((ticketId) => ({ ticketId, playerId: `probe-${randomUUID()}` }));
  const asked = tickets.map(({ ticketId, playerId }) => ({
    ...{ kind: 'start' as const, ticketId, configuration },
    playerIds: [playerId],
  }));
  const wanted = tickets.map(({ ticketId, playerId }) => ({
    configuration,
    ticketId,
    players: [{ playerId }],
  }));
  const { told } = await ask(client, log, asked, () => start(wanted));
  return told === 'yes';
}

async function startAll(client: FleetClient, tickets: readonly ProbeTicket[]): Promise<void> {
  const results = await client.startMatchmakingAll(tickets);
  const failed = results.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
}

export type Probes = ReturnType<typeof startProbes>;

/**
 * Asks for a match twice a second and notes how long that takes: how the fleet fares, whatever the crowd
 * does.
 */
export function startProbes(client: FleetClient, log: PromiseLog) {
  const probes: Probe[] = [];
  const running = new Set<Promise<void>>();
  let over = false;

  async function probe(it: Probe): Promise<void> {
    for (;;) {
      const ticketIds = [randomUUID(), randomUUID()];
      if (await startPair(client, log, ticketIds)) return matched(it, ticketIds);
      await pause(lookMs);
    }
  }

  async function matched(it: Probe, ticketIds: readonly string[]): Promise<void> {
    for (;;) {
      const tickets = await client.describeMatchmaking(ticketIds).catch(() => []);
      if (tickets.length === 2 && tickets.every((ticket) => ticket.endTime !== undefined)) {
        it.endedAt = Date.now();
        return;
      }
      await pause(lookMs);
    }
  }

  const timer = setInterval(() => {
    const it: Probe = { askedAt: Date.now() };
    probes.push(it);
    const turn = probe(it).finally(() => running.delete(turn));
    running.add(turn);
  }, everyMs);

  return {
    async stop(): Promise<void> {
      if (!over) clearInterval(timer);
      over = true;
      await Promise.all(running);
    },

    /**
     * How long after a fault its last victim was well: ms from the end of its cause until every pair that had
     * asked from a second before it to a second after it was matched and stored.
     */
    recoveryOf({ from, to }: Struck): number {
      const victims = probes.filter((it) => it.askedAt >= from - 1_000 && it.askedAt <= to + 1_000);
      return Math.max(0, ...victims.map((it) => (it.endedAt ?? Date.now()) - to));
    },
  };
}

/** Median and worst recovery by kind of fault, ms. */
export function recoveries(
  struck: readonly Struck[],
  probes: Probes,
): Record<string, { p50: number; max: number }> {
  return Object.fromEntries(
    [...Map.groupBy(struck, (it) => it.kind)].map(([kind, all]) => {
      const times = all.map(probes.recoveryOf);
      return [kind, { p50: percentile(times, 0.5), max: Math.max(...times) }];
    }),
  );
}
