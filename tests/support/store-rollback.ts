import type { Redis } from 'ioredis';
import { keysOf } from './domain.ts';

/**
 * Keeps what a domain has on the queue Redis now. Calling it lets the store go back to that, as after a
 * failover.
 */
export async function openRollback(redis: Redis, domain: string): Promise<() => Promise<void>> {
  const pattern = `{${domain}.*`;
  const kept = await Promise.all(
    (await keysOf(redis, pattern)).map(
      async (key) => [key, await redis.pttl(key), await redis.dumpBuffer(key)] as const,
    ),
  );
  return async () => {
    await Promise.all((await keysOf(redis, pattern)).map((key) => redis.unlink(key)));
    await Promise.all(kept.map(([key, ttl, dump]) => dump && redis.restore(key, Math.max(0, ttl), dump)));
  };
}
