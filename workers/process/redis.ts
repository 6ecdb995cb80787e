import { Cluster, Redis } from 'ioredis';
import { parseRedisUrl, type RedisAddress } from '../../jobs/redis-url.ts';

/**
 * What keeps a failover from running every active job twice: READONLY is met by reconnecting and sending
 * again.
 */
const steadfast = {
  maxRetriesPerRequest: null,
  reconnectOnError: (error: Error): false | 2 =>
    /^(READONLY|LOADING|UNBLOCKED)/.test(error.message) ? 2 : false,
};

/**
 * A connection that waits for its server however long it takes. Throws for a URL that `parseRedisUrl`
 * refuses.
 */
export function openRedis(url: string, onError: (error: Error) => void): Redis {
  const { server, cluster } = addressOf(url);
  const pause = (attempt: number) =>
    Math.min(2_000, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + Math.random() / 2);
  const redis = cluster
    ? openCluster(server, pause)
    : new Redis({ ...server, ...steadfast, retryStrategy: pause });
  redis.on('error', onError);
  return redis;
}

/** Where a Redis is, by its URL; throws what is wrong with it. */
export function addressOf(url: string): RedisAddress {
  const parsed = parseRedisUrl(url);
  if (!parsed.ok) throw new Error(`a Redis URL ${parsed.problem}`);
  return parsed.address;
}

/**
 * A server in cluster mode, of which the URL names any node. Commands find the primary of their keys by
 * themselves, after a failover too. Every key of a script carries one hash tag, so to callers it is a Redis
 * like any other.
 */
function openCluster(
  { host, port, ...login }: RedisAddress['server'],
  clusterRetryStrategy: (attempt: number) => number,
): Redis {
  const cluster = new Cluster([{ host, port }], {
    clusterRetryStrategy,
    slotsRefreshTimeout: 5_000,
    // Nodes go by name: their certificates know no addresses.
    dnsLookup: (name, found) => found(null, name),
    redisOptions: { ...steadfast, ...login },
  });
  return cluster as unknown as Redis;
}

/**
 * A connection to the session cache, which no work waits for: a command that is not answered at once is a
 * miss, and none is queued while the cache is away. What is asked together is sent together: a write per
 * session was an eighth of a worker's CPU (`npm run bench -- fleet`). The queue's connection must not do so:
 * a connection that is cut fails what was sent together, which sent one by one is sent again.
 */
export function openCacheRedis(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis({
    ...addressOf(url).server,
    commandTimeout: 500,
    enableAutoPipelining: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
  });
  redis.on('error', onError);
  return redis;
}
