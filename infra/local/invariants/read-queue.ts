import { QueueKeys } from 'bullmq';
import { Cluster, type Redis } from 'ioredis';
import { idBefore, idNumber, noId } from '../../../jobs/chain.ts';
import type { InstalledConfiguration } from '../../../jobs/configuration/configuration.ts';
import { queueNames } from '../../../jobs/contract.ts';
import { storedEvents } from '../../../jobs/event/event.ts';
import { type HeldEvent, toHeldEvent } from '../../../jobs/invariants/held-event.ts';
import type { FailedJob, HeldTicket, Installed, QueueContents } from '../../../jobs/invariants/snapshot.ts';
import { type DomainKeys, domainKeys, queuePrefix } from '../../../jobs/keys.ts';
import { readLines } from '../../../jobs/lines.ts';
import { playerIdsOf, readStoredTicket } from '../../../jobs/ticket/stored-ticket.ts';

/** How many keys or entries are asked for at once. */
const page = 500;

type Read<T> = (pipeline: ReturnType<Redis['pipeline']>, name: string) => T;

/**
 * Reads what a domain has on the queue Redis, page by page; of tickets and events only what is judged is
 * kept.
 */
export async function readQueue(redis: Redis, domain: string): Promise<QueueContents> {
  const keys = domainKeys(domain);
  /** The names that keys of one kind end with. */
  const namesOf = async (keyOf: (name: string) => string) =>
    (await keysUnder(redis, keyOf(''))).map((found) => found.slice(keyOf('').length));
  /** What one command answers for each of many names. */
  const readEach = async <T>(
    names: readonly string[],
    ask: Read<unknown>,
  ): Promise<(readonly [string, T])[]> => {
    const answers: (readonly [string, T])[] = [];
    for (let at = 0; at < names.length; at += page) {
      const some = names.slice(at, at + page);
      const pipeline = redis.pipeline();
      for (const name of some) ask(pipeline, name);
      for (const [index, [error, answer]] of ((await pipeline.exec()) ?? []).entries()) {
        if (error) throw error;
        answers.push([some[index] ?? '', answer as T]);
      }
    }
    return answers;
  };
  const tickets = await readEach<string | null>(await namesOf(keys.ticket), (pipeline, id) =>
    pipeline.get(keys.ticket(id)),
  );
  const pools = await readEach<string[]>(await namesOf(keys.pool), (pipeline, pool) =>
    pipeline.zrange(keys.pool(pool), '0', '-1'),
  );
  const live = await readEach<Record<string, string>>(await namesOf(keys.live), (pipeline, match) =>
    pipeline.hgetall(keys.live(match)),
  );
  const players = await readEach<string | null>(await namesOf(keys.player), (pipeline, id) =>
    pipeline.get(keys.player(id)),
  );
  const configurations = await readEach<(string | null)[]>(
    await redis.smembers(keys.configurations()),
    (pipeline, name) => pipeline.hmget(keys.configuration(name), 'body', 'paused'),
  );
  const { events, eventsComplete } = await readEvents(redis, keys);
  return {
    tickets: tickets.flatMap(([, text]) => toTicket(text)),
    pools: new Map(pools),
    proposals: await redis.zrange(keys.proposals(), '0', '-1'),
    outbox: await redis.hkeys(keys.outbox()),
    live: new Map(
      live.flatMap(([match, { became, quiet, ...fields }]) =>
        became
          ? []
          : [
              [
                match,
                { quiet: quiet !== undefined, playerIds: playersIn(fields), backfill: fields['backfill'] },
              ],
            ],
      ),
    ),
    playing: new Map(
      players.flatMap(([id, text]) => {
        const matchId = readLines(text ?? '', 2)?.[1];
        return matchId ? [[id, matchId] as const] : [];
      }),
    ),
    events,
    eventsComplete,
    installed: configurations.flatMap(([, [body, paused]]) => toInstalled(body, paused)),
    failedJobs: (await Promise.all(queueNames.map((name) => failedJobs(redis, domain, name)))).flat(),
  };
}

const playersIn = (live: Readonly<Record<string, string>>): string[] =>
  Object.keys(live).flatMap((field) => (field.startsWith('in:') ? [field.slice('in:'.length)] : []));

function toTicket(text: string | null): HeldTicket[] {
  const stored = readStoredTicket(text);
  if (!stored) return [];
  const { id, configuration, status, reason, start, ended, pool, match, fills } = stored;
  return [
    {
      ticketId: id,
      configuration,
      status,
      reason,
      playerIds: playerIdsOf(stored),
      start: Number(start),
      end: ended ? Number(ended) : undefined,
      pool,
      matchId: match,
      fills: fills || undefined,
    },
  ];
}

const toInstalled = (body: string | null | undefined, paused: string | null | undefined): Installed[] =>
  body ? [{ ...(JSON.parse(body) as InstalledConfiguration), paused: Boolean(paused) }] : [];

/** All events that are kept, and whether none is missing from the first that there ever was to the latest. */
async function readEvents(
  redis: Redis,
  keys: DomainKeys,
): Promise<{ events: HeldEvent[]; eventsComplete: boolean }> {
  const events: HeldEvent[] = [];
  const head = (await redis.get(keys.eventsHead())) ?? noId;
  let last = noId;
  let isWhole = true;
  for (;;) {
    const entries = await redis.xrange(keys.events(), `(${last}`, '+', 'COUNT', page);
    for (const entry of entries) {
      isWhole &&= idBefore(entry) === last;
      last = entry[0];
      for (const { type, time, detail } of storedEvents(entry)) events.push(toHeldEvent(type, time, detail));
    }
    if (entries.length < page) return { events, eventsComplete: isWhole && idNumber(last) >= idNumber(head) };
  }
}

async function failedJobs(
  redis: Redis,
  domain: string,
  queue: (typeof queueNames)[number],
): Promise<FailedJob[]> {
  const keys = new QueueKeys(queuePrefix(domain, queue));
  const ids = await redis.zrange(keys.toKey(queue, 'failed'), '0', '-1');
  const jobs: FailedJob[] = [];
  for (let at = 0; at < ids.length; at += page)
    jobs.push(
      ...(await Promise.all(
        ids.slice(at, at + page).map(async (id) => {
          const [kind, reason] = await redis.hmget(keys.toKey(queue, id), 'name', 'failedReason');
          return { id, kind: kind ?? '', reason: reason ?? '' };
        }),
      )),
    );
  return jobs;
}

/** Every key that begins so, on each node of a cluster. */
async function keysUnder(redis: Redis, beginning: string): Promise<string[]> {
  const server: unknown = redis;
  const nodes = server instanceof Cluster ? server.nodes('master') : [redis];
  const match = `${beginning.replaceAll(/[*?[\]\\]/g, '\\$&')}*`;
  const found = new Set<string>();
  for (const node of nodes)
    for await (const keys of node.scanStream({ match, count: 1_000 }))
      for (const name of keys as string[]) found.add(name);
  return [...found];
}
