import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import type { Stack } from '../../infra/local/stack.ts';
import { poolTag } from '../../jobs/keys.ts';
import type { FleetClient } from '../../producers/client.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { clear } from '../support/domain.ts';
import { startWorker } from '../support/worker-processes.ts';

/** Duels in a rating window of 100. */
export const duelRules = {
  name: 'duel',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'rating', type: 'number' }],
  teams: [{ name: 'side', minPlayers: 1, maxPlayers: 1, quantity: 2 }],
  rules: [
    {
      name: 'CloseRating',
      type: 'distance',
      measurements: ['max(flatten(teams[*].players.attributes[rating]))'],
      referenceValue: 'min(flatten(teams[*].players.attributes[rating]))',
      maxDistance: 100,
    },
  ],
};

/** A request to start one player of a rating on the configuration `duel`. */
export const duelist = (playerId: string, ticketId: string, rating: number) => ({
  configuration: 'duel',
  ticketId,
  players: [{ playerId, attributes: { rating: { N: rating } } }],
});

export type FleetUnderTest = Awaited<ReturnType<typeof openFleetUnderTest>>;

/** Worker processes on a domain and a database of their own, with the configuration `duel` installed. */
export async function openFleetUnderTest(stack: Stack, workerCount: number) {
  const opened = new AsyncDisposableStack();
  const run = randomBytes(4).toString('hex');
  const domain = `bench-${run}`;
  const redisUrl = stack.env['QUEUE_REDIS_URL'] ?? '';
  const redis = opened.adopt(new Redis(redisUrl), async (it) => {
    await clear(it, domain);
    it.disconnect();
  });
  const mongo = await new MongoClient(stack.env['DOCUMENTDB_URI'] ?? '', { retryWrites: false }).connect();
  const db = mongo.db(`bench_${run}`);
  opened.defer(async () => {
    await db.dropDatabase();
    await mongo.close();
  });
  const env = {
    ...stack.env,
    PATH: process.env['PATH'],
    NODE_OPTIONS: process.env['NODE_OPTIONS'] ?? '',
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: db.databaseName,
    LOG_LEVEL: 'error',
    // CloudWatch is away: its stand-in would take a part of these few cores that AWS does not.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  };
  const workers = await Promise.all(Array.from({ length: workerCount }, () => startWorker(env)));
  for (const worker of workers) opened.use(worker);
  // A worker that is asked to end writes its profile, where one was asked for.
  opened.defer(async () => {
    for (const worker of workers) worker.send('SIGTERM');
    await Promise.all(workers.map((worker) => worker.ended));
  });
  const operatorKey = stack.env['OPERATOR_KEY'] ?? '';
  const open = async () => opened.use(await openClient({ redisUrl, domain, operatorKey }));
  const client = await open();
  await client.putRuleSet({ name: 'duel', body: JSON.stringify(duelRules) });
  await client.putConfiguration({ name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 3_600 });

  return {
    run,
    domain,
    redis,
    db,
    client,
    workers,
    /** Upstream services, each with a connection of its own. */
    clients: (count: number): Promise<FleetClient[]> => Promise.all(Array.from({ length: count }, open)),
    quiet: () => quiet(client, redis, domain, 120_000),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/**
 * Resolves when no job waits or runs and every decided match is stored; throws what is left after
 * `patienceMs`.
 */
async function quiet(client: FleetClient, redis: Redis, domain: string, patienceMs: number) {
  const { 'session-creation': sessions, matchmaking, 'rating-update': ratings } = queuesOf(client);
  for (const until = Date.now() + patienceMs; ; await pause(25)) {
    const left = await Promise.all([
      sessions.getJobCountByTypes('waiting', 'prioritized', 'active'),
      // A pool's next cycle may be some milliseconds off.
      matchmaking.getJobCountByTypes('waiting', 'prioritized', 'active', 'delayed'),
      ratings.getJobCountByTypes('waiting', 'prioritized', 'active'),
      redis.hlen(`${poolTag(domain)}:outbox`),
    ]);
    if (left.every((it) => it === 0)) return;
    if (Date.now() > until)
      throw new Error(`not quiet: jobs of sessions, matchmaking, ratings; outbox: ${left.join(', ')}`);
  }
}
