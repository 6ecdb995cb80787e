import { Cluster, Redis } from 'ioredis';

/** What keeps a failover from running every active job twice: READONLY is met by reconnecting and sending again. */
const steadfast = {
  maxRetriesPerRequest: null,
  reconnectOnError: (error: Error): false | 2 =>
    /^(READONLY|LOADING|UNBLOCKED)/.test(error.message) ? 2 : false,
};

/**
 * A connection that waits for its server however long it takes. `?cluster=true` in its URL
 * says that the server is in cluster mode.
 */
export function openRedis(url: string, onError: (error: Error) => void): Redis {
  const pause = (attempt: number) =>
    Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);
  const redis = url.includes('cluster=true')
    ? openCluster(new URL(url), pause)
    : new Redis(url, { ...steadfast, retryStrategy: pause });
  redis.on('error', onError);
  return redis;
}

/**
 * A server in cluster mode, of which the URL names any node. Commands find the primary of their keys by themselves,
 * after a failover too. Every key of a script carries one hash tag, so to callers it is a Redis like any other.
 */
function openCluster(
  { hostname, port, protocol, username, password }: URL,
  clusterRetryStrategy: (attempt: number) => number,
): Redis {
  const cluster = new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    clusterRetryStrategy,
    slotsRefreshTimeout: 5_000,
    // Nodes go by name: their certificates know no addresses.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: {
      ...steadfast,
      ...(protocol === 'rediss:' && { tls: {} }),
      ...(username && { username, password: decodeURIComponent(password) }),
    },
  });
  return cluster as unknown as Redis;
}

/**
 * A connection to the session cache, which no work waits for: a command that is not answered at once is a miss, and
 * none is queued while the cache is away. What is asked together is sent together: a write per session was an eighth of
 * a worker's CPU (`npm run bench -- fleet`). The queue's connection must not do so: a connection that is cut fails what
 * was sent together, which sent one by one is sent again.
 */
export function openCacheRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    commandTimeout: 500,
    enableAutoPipelining: true,
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
