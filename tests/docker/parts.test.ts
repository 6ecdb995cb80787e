import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { describe, expect, inject, test } from 'vitest';
import { type PartName, variableOf } from '../../infra/local/part.ts';
import { startStack } from '../../infra/local/stack.ts';

const start = (parts: readonly PartName[], cluster = false) => {
  const env = { ...process.env };
  for (const name of parts) delete env[variableOf[name]];
  return startStack({ env, parts, cluster, durability: 'always' });
};

describe.skipIf(inject('dockerObstacle'))('in Docker', () => {
  test('a cluster that crashed comes back with what its nodes had acknowledged', async () => {
    await using stack = await start(['queueRedis'], true);
    const part = stack.part('queueRedis');
    const { port, hostname: host } = new URL(part.url);
    const keys = Array.from({ length: 30 }, (_, index) => `ticket-${index}`);
    const onCluster = async <T>(work: (cluster: InstanceType<typeof Redis.Cluster>) => Promise<T>) => {
      const cluster = new Redis.Cluster([{ host, port: Number(port) }]).on('error', () => {});
      return work(cluster).finally(() => cluster.disconnect());
    };
    await onCluster((cluster) => Promise.all(keys.map((key) => cluster.set(key, key))));

    await part.kill();
    await part.restart();

    expect(await onCluster((cluster) => Promise.all(keys.map((key) => cluster.get(key))))).toEqual(keys);
  });

  test('a DocumentDB that crashed comes back with what it had acknowledged', async () => {
    await using stack = await start(['documentdb']);
    const part = stack.part('documentdb');
    const onPlayers = async <T>(work: (client: MongoClient) => Promise<T>) => {
      await using client = new MongoClient(part.url);
      return await work(client);
    };
    const players = (client: MongoClient) => client.db('parts').collection<{ _id: string }>('players');
    await onPlayers((client) => players(client).insertOne({ _id: 'ann' }));

    await part.kill();
    await part.restart();

    expect(await onPlayers((client) => players(client).findOne({ _id: 'ann' }))).toEqual({ _id: 'ann' });
  });

  test('a part that hangs answers once it goes on', async () => {
    await using stack = await start(['cacheRedis']);
    const part = stack.part('cacheRedis');
    const redis = new Redis(part.url, { maxRetriesPerRequest: null });
    await redis.ping();

    await part.kill('SIGSTOP');
    let answered = false;
    const pong = redis.ping().finally(() => {
      answered = true;
    });
    const other = await heardWithin(part.url);
    expect(other).toBe('silence');
    expect(answered).toBe(false);
    await part.kill('SIGCONT');

    expect(await pong).toBe('PONG');
    redis.disconnect();
  });
});

/** What a new client of a server hears within half a second. */
async function heardWithin(url: string): Promise<string> {
  const redis = new Redis(url, { commandTimeout: 500, retryStrategy: () => null }).on('error', () => {});
  return redis
    .ping()
    .catch(() => 'silence')
    .finally(() => redis.disconnect());
}
