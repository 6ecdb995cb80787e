import { randomBytes } from 'node:crypto';
import { Cluster, type Redis } from 'ioredis';
import { inject } from 'vitest';
import { openTickets } from '../../producers/starting/tickets.ts';
import { openPool, type Pool } from '../../workers/pool/pool.ts';
import { openRedis } from '../../workers/process/redis.ts';

/** A domain of its own on the queue Redis, or on another, gone when the test ends. */
export async function openDomain(url = inject('stackEnv')['QUEUE_REDIS_URL'] ?? '') {
  const domain = `test-${randomBytes(4).toString('hex')}`;
  const redis = openRedis(url, () => undefined);
  const pool = openPool(redis, domain);
  await compared(pool);
  return {
    domain,
    redis,
    pool,
    tickets: openTickets(redis, domain),
    async [Symbol.asyncDispose]() {
      await clear(redis, domain);
      redis.disconnect();
    },
  };
}

/** Cycles may go on: nothing is on record that a store that has just begun could lack. */
export async function compared(pool: Pool): Promise<void> {
  const waits = await pool.comparing.uncompared();
  if (waits) await pool.comparing.compared(waits.history);
}

/** Deletes every key of a domain. */
export async function clear(redis: Redis, domain: string): Promise<void> {
  await Promise.all((await keysOf(redis, `{${domain}.*`)).map((key) => redis.unlink(key)));
}

/** Every key that matches, on each node of a cluster. */
export async function keysOf(redis: Redis, pattern: string): Promise<string[]> {
  const server: unknown = redis;
  const nodes = server instanceof Cluster ? server.nodes('master') : [redis];
  const found: string[] = [];
  for (const node of nodes)
    for await (const keys of node.scanStream({
      match: pattern.replaceAll(/[*?[\]\\](?!$)/g, '\\$&'),
      count: 1_000,
    }))
      found.push(...(keys as string[]));
  return found;
}
