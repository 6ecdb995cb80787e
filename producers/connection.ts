import { Cluster, Redis } from 'ioredis';
import { RequestError } from './request-error.ts';

/** How long (ms) a command may take before its caller is told that Redis is away. */
const commandTimeout = 5_000;

/** A caller learns at once that nothing was promised. */
const failFast = {
  maxRetriesPerRequest: 0,
  commandTimeout,
  reconnectOnError: (error: Error) => /^(READONLY|LOADING)/.test(error.message),
};

/**
 * A connection that fails fast: commands given while Redis is away are refused instead of queued, so a caller learns
 * at once that nothing was promised. It goes on reconnecting in the background.
 */
export async function connect(url: string, onError: (error: Error) => void): Promise<Redis> {
  const redis = url.includes('cluster=true')
    ? cluster(new URL(url))
    : new Redis(url, { ...failFast, lazyConnect: true, enableOfflineQueue: false });
  redis.on('error', onError);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new RequestError('unavailable', `could not connect to the queue Redis: ${messageOf(error)}`, error);
  }
  return redis;
}

/** A server in cluster mode, of which the URL names any node; see `openCluster` in `workers/redis.ts`. */
function cluster({ hostname, port, protocol, username, password }: URL): Redis {
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    lazyConnect: true,
    enableOfflineQueue: false,
    slotsRefreshTimeout: commandTimeout,
    dnsLookup: (name, found) => found(null, name),
    redisOptions: {
      ...failFast,
      ...(protocol === 'rediss:' && { tls: {} }),
      ...(username && { username, password: decodeURIComponent(password) }),
    },
  }) as unknown as Redis;
}

/** A second connection to the same server that waits where calls fail fast: it reconnects by itself and goes on. */
export function patientTwin(redis: Redis): Redis {
  const patient = { lazyConnect: false, enableOfflineQueue: true };
  const cluster: unknown = redis;
  if (cluster instanceof Cluster) {
    const { commandTimeout: _none, ...redisOptions } = cluster.options.redisOptions ?? {};
    const options = { ...patient, redisOptions: { ...redisOptions, maxRetriesPerRequest: null } };
    return cluster.duplicate([], options as Parameters<Cluster['duplicate']>[1]) as unknown as Redis;
  }
  const twin = redis.duplicate({ ...patient, maxRetriesPerRequest: null });
  delete twin.options.commandTimeout;
  return twin;
}

const away =
  /Stream isn't writeable|Connection is closed|Command timed out|max retries per request|ECONN|EPIPE|READONLY|LOADING/;

/** Runs a Redis step; a connection that fails becomes `unavailable`. */
export async function reaching<T>(step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const message = messageOf(error);
    if (/^OOM /.test(message))
      throw new RequestError('unavailable', 'the queue Redis is full; nothing was queued', error);
    if (away.test(message))
      throw new RequestError('unavailable', `the queue Redis did not answer: ${message}`, error);
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
