import { Cluster, Redis } from 'ioredis';
import { readyAgain, type WhenAway, within } from './gate.ts';
import { RequestError } from './request-error.ts';

/** How long (ms) a command may take before its caller is told that Redis is away. */
const commandTimeout = 5_000;

const reconnectOnError = (error: Error): boolean => /^(READONLY|LOADING)/.test(error.message);

/** Commands given while Redis is away are refused, so that a caller learns at once that nothing was promised. */
const failFast = { maxRetriesPerRequest: 0, commandTimeout, enableOfflineQueue: false };

/** Commands on their way when the connection broke are sent again on the next one; each script and job bears it. */
const patient = (ms: number) => ({
  maxRetriesPerRequest: null,
  commandTimeout: ms,
  enableOfflineQueue: true,
});

/** Connects, and goes on reconnecting in the background for as long as it lives. */
export async function connect(
  url: string,
  whenAway: WhenAway,
  onError: (error: Error) => void,
): Promise<Redis> {
  const manner = whenAway.kind === 'wait' ? patient(whenAway.ms) : failFast;
  const redis = url.includes('cluster=true')
    ? cluster(new URL(url), manner)
    : new Redis(url, { ...manner, reconnectOnError, lazyConnect: true });
  redis.on('error', onError);
  try {
    await redis.connect().catch((error: unknown) => {
      if (whenAway.kind === 'fail') throw error;
      return within(whenAway.ms, readyAgain(redis));
    });
  } catch (error) {
    redis.disconnect();
    throw new RequestError('unavailable', `could not connect to the queue Redis: ${messageOf(error)}`, error);
  }
  return redis;
}

/** A server in cluster mode, of which the URL names any node; see `openCluster` in `workers/redis.ts`. */
function cluster(
  { hostname, port, protocol, username, password }: URL,
  { enableOfflineQueue, ...manner }: typeof failFast | ReturnType<typeof patient>,
): Redis {
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    lazyConnect: true,
    enableOfflineQueue,
    slotsRefreshTimeout: commandTimeout,
    dnsLookup: (name, found) => found(null, name),
    redisOptions: {
      ...manner,
      reconnectOnError,
      ...(protocol === 'rediss:' && { tls: {} }),
      ...(username && { username, password: decodeURIComponent(password) }),
    },
  }) as unknown as Redis;
}

/** A second connection to the same server that waits where calls fail fast: it reconnects by itself and goes on. */
export function patientTwin(redis: Redis): Redis {
  const alwaysOn = { lazyConnect: false, enableOfflineQueue: true };
  // It only reads: what a failover breaks off is asked for again.
  const patient = {
    maxRetriesPerRequest: null,
    reconnectOnError: (error: Error): false | 2 =>
      /^(READONLY|LOADING|UNBLOCKED)/.test(error.message) ? 2 : false,
  };
  const cluster: unknown = redis;
  if (cluster instanceof Cluster) {
    const { commandTimeout: _none, ...redisOptions } = cluster.options.redisOptions ?? {};
    const options = { ...alwaysOn, redisOptions: { ...redisOptions, ...patient } };
    return cluster.duplicate([], options as Parameters<Cluster['duplicate']>[1]) as unknown as Redis;
  }
  const twin = redis.duplicate({ ...alwaysOn, ...patient });
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
