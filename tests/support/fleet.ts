import { expect, inject, vi } from 'vitest';
import { cacheAccess } from '../../infra/aws/data/access.ts';
import { idNumber } from '../../jobs/chain.ts';
import type { MatchmakingEvent } from '../../jobs/event/event.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { DescribedTicket } from '../../jobs/session/described-ticket.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';

import { openClient, queuesOf } from './client-inside.ts';
import { openFleetStores } from './fleet-stores.ts';
import { openRole, openUser, type RedisUser } from './redis-user.ts';
import { startWorker, type WorkerProcess } from './worker-processes.ts';

export type Fleet = Awaited<ReturnType<typeof openFleet>>;

/**
 * The whole fleet on a domain and a database of its own: the real client, worker processes as a test starts
 * them, each with the access of their role on either Redis, and the stores to see what they did. Gone, with
 * its processes, when the test ends, which fails if their role was too narrow.
 */
export async function openFleet() {
  const opened = new AsyncDisposableStack();
  const { [Symbol.asyncDispose]: closeStores, ...stores } = await openFleetStores();
  opened.defer(closeStores);
  const { domain, redis, db } = stores;
  const watched = async (user: Promise<RedisUser>) => openWatched(opened, await user);
  const producer = await watched(openRole(domain, 'producer'));
  const operator = await watched(openRole(domain, 'operator'));
  const worker = await watched(openRole(domain, 'worker'));
  const cache = await watched(openUser('CACHE_REDIS_URL', `${domain}-cache`, cacheAccess()));
  const { OPERATOR_KEY: operatorKey = '' } = inject('stackEnv');
  const client = opened.use(await openClient({ redisUrl: producer.url, domain, operatorKey }));
  const queues = queuesOf(opened.use(await openClient({ redisUrl: operator.url, domain })));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    ...inject('stackEnv'),
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: db.databaseName,
  };

  /** Every event of the domain up to now. */
  const events = async (): Promise<MatchmakingEvent[]> => {
    const latest = await redis.get(domainKeys(domain).eventsHead());
    const heard: MatchmakingEvent[] = [];
    if (latest === null) return heard;
    for await (const item of client.events({ from: 0 })) {
      if (item.kind === 'gap') throw new Error(`Events up to ${item.position} are gone`);
      heard.push(item.event);
      if (idNumber(item.position) >= idNumber(latest)) break;
    }
    return heard;
  };

  const ticket = async (ticketId: string): Promise<DescribedTicket | undefined> =>
    (await client.describeMatchmaking([ticketId]))[0];

  return {
    ...stores,
    client,
    /** BullMQ's queues, as operators see them. */
    queues,
    env,
    /** A key of the domain's matchmaking state. */
    key: (name: string) => `{${domain}.matchmaking}:${name}`,
    /** An id nobody else uses: the session cache is shared by all domains. */
    own: (name: string) => `${domain}-${name}`,

    async startWorker(more: NodeJS.ProcessEnv = {}): Promise<WorkerProcess> {
      return opened.use(
        await startWorker({ ...env, QUEUE_REDIS_URL: worker.url, CACHE_REDIS_URL: cache.url, ...more }),
      );
    },

    /** Puts a rule set and the configuration of the same name that runs it; needs a worker. */
    async install(name: string, body: string, requestTimeoutSeconds = 60): Promise<void> {
      await client.putRuleSet({ name, body });
      await client.putConfiguration({ name, ruleSetName: name, requestTimeoutSeconds });
    },

    ticket,

    /** The match of a ticket, once it is played. */
    matched: (ticketId: string): Promise<string> =>
      vi.waitFor(
        async () => {
          const found = await ticket(ticketId);
          expect(found?.status).toBe('COMPLETED');
          return found?.matchId ?? '';
        },
        { timeout: 20_000, interval: 50 },
      ),

    /** The types of a ticket's events up to now, in the order of the stream. */
    async lifecycle(ticketId: string): Promise<string[]> {
      return (await events())
        .filter(({ detail }) => detail.tickets.some((ticket) => ticket.ticketId === ticketId))
        .map(({ detail }) => detail.type);
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A user of the stack; that anything was refused to it is an error when it goes. */
function openWatched(opened: AsyncDisposableStack, user: RedisUser): RedisUser {
  opened.use(user);
  opened.defer(async () => {
    const refused = await user.refused();
    if (refused.length > 0) throw new Error(`Refused to ${user.name}:\n${refused.join('\n')}`);
  });
  return user;
}

/** A request to start one player of a skill. */
export const soloist = (configuration: string, playerId: string, skill = 10) => ({
  configuration,
  players: [{ playerId, attributes: { skill: { N: skill } } } satisfies TicketPlayer],
});
