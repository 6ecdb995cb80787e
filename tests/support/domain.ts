import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { inject } from 'vitest';
import { openTickets } from '../../producers/tickets.ts';
import { openPool } from '../../workers/pool/pool.ts';
import { openRedis } from '../../workers/redis.ts';

/** A domain of its own on the queue Redis, gone when the test ends. */
export async function openDomain() {
  const domain = `test-${randomBytes(4).toString('hex')}`;
  const redis = openRedis(inject('stackEnv')['QUEUE_REDIS_URL'] ?? '', () => undefined);
  return {
    domain,
    redis,
    pool: openPool(redis, domain),
    tickets: openTickets(redis, domain),
    async [Symbol.asyncDispose]() {
      await clear(redis, domain);
      redis.disconnect();
    },
  };
}

/** Deletes every key of a domain. */
export async function clear(redis: Redis, domain: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `{${domain}.*`, count: 1_000 }))
    if (keys.length > 0) await Promise.all(keys.map((key: string) => redis.unlink(key)));
}
