import { randomUUID } from 'node:crypto';
import { noId } from '../../jobs/chain.ts';
import { storedEvents } from '../../jobs/event/event.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import type { FleetClient } from '../../producers/client.ts';
import { duelist, type FleetUnderTest } from './fleet-under-test.ts';
import { inBatches } from './rating-documents.ts';

/**
 * How many items each job carries, and how many upstream services ask at once, each waiting for its answer.
 */
export interface Feeding {
  readonly perJob: number;
  readonly services: number;
}

/**
 * How fast everybody went through each step, all at once: a second, from the first call to the last effect.
 */
export interface Journey<Costs> {
  readonly sessionsPerSecond: number;
  readonly decidedPerSecond: number;
  readonly persistedPerSecond: number;
  readonly ratingsPerSecond: number;
  /** Of the tickets alone, as the meter reads them that is started for them. */
  readonly costs: Costs;
}

/** Tickets matched before anything is measured: code that runs for the first time is slow. */
const warmUpTickets = 2_000;

export async function warmUp(fleet: FleetUnderTest, { perJob, services }: Feeding): Promise<void> {
  const requests = Array.from({ length: warmUpTickets }, () => {
    const ticketId = randomUUID();
    return duelist(`early-${ticketId}`, ticketId, 1_500);
  });
  const clients = await fleet.clients(services);
  await feed(clients, requests, perJob, (client, some) => client.startMatchmakingAll(some));
  await fleet.quiet();
}

/**
 * Sends every player through the fleet: all get sessions, then all are matched, then all matches are rated.
 */
export async function measureJourney<Costs>(
  fleet: FleetUnderTest,
  players: number,
  feeding: Feeding,
  meter: () => Promise<() => Promise<Costs>>,
): Promise<Journey<Costs>> {
  const clients = await fleet.clients(feeding.services);
  const playerIds = Array.from({ length: players }, (_, n) => `${fleet.run}-${n}`);

  const sessionsAt = performance.now();
  await feed(clients, playerIds, feeding.perJob, (client, some) =>
    client.createSessionAll(some.map((playerId) => ({ playerId }))),
  );
  await fleet.quiet();
  const sessionsPerSecond = perSecond(players, performance.now() - sessionsAt);
  await expectCount(fleet, 'sessions', players);

  const ticketIds = playerIds.map(() => randomUUID());
  const requests = playerIds.map((playerId, n) => duelist(playerId, ticketIds[n] ?? '', 1_500 + (n % 100)));
  const read = await meter();
  const startedAt = Date.now();
  await feed(clients, requests, feeding.perJob, (client, some) => client.startMatchmakingAll(some));
  await fleet.quiet();
  const costs = await read();
  const tickets = await readTickets(fleet, ticketIds);
  const ended = tickets.filter((ticket) => ticket.status === 'COMPLETED');
  const decisions = await readDecisions(fleet);
  if (ended.length !== players) {
    const statuses = Object.entries(Object.groupBy(tickets, (it) => it.status));
    const found = statuses.map(([status, all = []]) => `${all.length} ${status}`).join(', ');
    throw new Error(`${ended.length} of ${players} tickets were matched: ${found}`);
  }

  const matchIds = [...new Set(ended.map((ticket) => ticket.match))];
  const ratingsAt = performance.now();
  await feed(clients, matchIds, feeding.perJob, (client, some) =>
    client.reportMatchResultAll(
      some.map((matchId) => ({
        matchId,
        teams: [
          { name: 'side_1', rank: 1 },
          { name: 'side_2', rank: 2 },
        ],
      })),
    ),
  );
  await fleet.quiet();
  const ratingsPerSecond = perSecond(players, performance.now() - ratingsAt);
  await expectCount(fleet, 'rating_changes', matchIds.length);

  return {
    sessionsPerSecond,
    decidedPerSecond: perSecond(
      players,
      Math.max(...ended.map((it) => decisions.get(it.match) ?? 0)) - startedAt,
    ),
    persistedPerSecond: perSecond(players, Math.max(...ended.map((it) => it.end)) - startedAt),
    ratingsPerSecond,
    costs,
  };
}

/** Every service sends so many items at once and waits for the answer before it sends more. */
export async function feed<Item>(
  clients: readonly FleetClient[],
  items: readonly Item[],
  perJob: number,
  send: (client: FleetClient, items: Item[]) => Promise<readonly PromiseSettledResult<unknown>[]>,
): Promise<void> {
  const batches = inBatches(items, perJob).values();
  await Promise.all(
    clients.map(async (client) => {
      for (const batch of batches)
        for (const result of await send(client, batch)) if (result.status === 'rejected') throw result.reason;
    }),
  );
}

/** A ticket as Redis has it; `end` is Redis time in ms, 0 where it never got so far. */
export interface TicketTimes {
  readonly status: string;
  readonly match: string;
  readonly end: number;
}

/** Read afterwards, so that watching costs nothing meanwhile. */
export async function readTickets(
  { redis, domain }: FleetUnderTest,
  ticketIds: readonly string[],
): Promise<TicketTimes[]> {
  const tickets: TicketTimes[] = [];
  for (const ids of inBatches(ticketIds, 1_000)) {
    const texts = await redis.mget(ids.map((id) => domainKeys(domain).ticket(id)));
    for (const stored of texts.map(readStoredTicket))
      tickets.push({
        status: stored?.status ?? 'missing',
        match: stored?.match ?? '',
        end: Number(stored?.ended),
      });
  }
  return tickets;
}

/** When each match was decided, Redis time in ms, as far back as events are kept. */
export async function readDecisions({ redis, domain }: FleetUnderTest): Promise<Map<string, number>> {
  const decided = new Map<string, number>();
  for (let last = noId; ; ) {
    const entries = await redis.xrange(domainKeys(domain).events(), `(${last}`, '+', 'COUNT', 200);
    for (const { type, time, detail } of entries.flatMap(storedEvents))
      if (type === 'PotentialMatchCreated') decided.set(String(detail['matchId']), time);
    const end = entries.at(-1)?.[0];
    if (end === undefined) return decided;
    last = end;
  }
}

async function expectCount({ db }: FleetUnderTest, collection: string, expected: number): Promise<void> {
  const stored = await db.collection(collection).countDocuments();
  if (stored !== expected) throw new Error(`${collection}: ${stored} stored, ${expected} expected`);
}

const perSecond = (count: number, ms: number): number => Math.round((count / ms) * 1_000);
