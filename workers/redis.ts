import { Redis } from 'ioredis';

/**
 * A connection that waits for its server however long it takes. A primary that became a replica answers READONLY:
 * reconnecting and sending the command again (`2`) is what keeps a failover from running every active job twice.
 */
export function openRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    reconnectOnError: (error) => (/^(READONLY|LOADING|UNBLOCKED)/.test(error.message) ? 2 : false),
    retryStrategy: (attempt) => Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2),
  });
  redis.on('error', onError);
  return redis;
}

/**
 * A connection to the session cache, which no work waits for: a command that is not answered at once is a miss, and
 * none is queued while the cache is away.
 */
export function openCacheRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    commandTimeout: 500,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
  });
  redis.on('error', onError);
  return redis;
}

/**
 * Refuses a queue Redis that evicts: under memory pressure it would drop BullMQ's locks, so that every running job
 * loses its result. Read from INFO, since CONFIG is closed on ElastiCache.
 */
export async function refuseEviction(redis: Redis): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy !== 'noeviction')
    throw new Error(
      `QUEUE_REDIS_URL: its maxmemory-policy is ${policy ?? 'unknown'}; a queue needs noeviction (set it in the cluster's parameter group)`,
    );
}
