import { Cluster, Redis } from 'ioredis';
import { redisTrouble } from '../../jobs/connection-trouble.ts';
import { isUncompared, uncompared } from '../../jobs/matchmaking/uncompared.ts';
import { parseRedisUrl, type RedisAddress } from '../../jobs/redis-url.ts';
import { at, RequestError, type RequestOutcome } from '../request-error.ts';
import { type Connection, readyAgain, type WhenAway, within } from './gate.ts';
import { reach } from './reach.ts';

/** How long (ms) a command may take before its caller is told that Redis is away. */
const commandTimeout = 5_000;

const reconnectOnError = (error: Error): boolean => /^(READONLY|LOADING)/.test(error.message);

/**
 * Commands given while Redis is away are refused, so that a caller learns at once that nothing was promised.
 */
const failFast = { maxRetriesPerRequest: 0, commandTimeout, enableOfflineQueue: false };

/**
 * Commands on their way when the connection broke are sent again on the next one; each script and job bears
 * it.
 */
const patient = (ms: number) => ({
  maxRetriesPerRequest: null,
  commandTimeout: ms,
  enableOfflineQueue: true,
});

/**
 * Connects, and goes on reconnecting in the background for as long as it lives. Throws `invalid-request` for
 * a bad URL, else `unavailable` with address and cause.
 */
export async function connect(
  url: string,
  whenAway: WhenAway,
  onError: (error: Error) => void,
): Promise<Connection> {
  const parsed = parseRedisUrl(url);
  if (!parsed.ok) throw new RequestError('invalid-request', at('redisUrl', parsed.problem));
  const { address } = parsed;
  const named = `the queue Redis at ${address.shown}`;
  const until = performance.now() + (whenAway.kind === 'wait' ? whenAway.ms : 0);
  const unreached = await reach(address, whenAway.kind === 'wait' ? whenAway.ms : 0, onError);
  if (unreached)
    throw new RequestError('unavailable', `could not connect to ${named}: ${unreached.cause}`, {
      cause: unreached.error,
      outcome: 'not-done',
    });

  const redis = open(address, whenAway);
  let latest: Error | undefined;
  redis.on('error', onError);
  redis.on('error', (error: Error) => {
    latest = error;
  });
  redis.on('ready', () => {
    latest = undefined;
  });
  const whyAway = () =>
    `${named} is away: ${latest ? redisTrouble(latest, address).cause : 'the connection broke'}`;
  try {
    await redis.connect().catch((error: unknown) => {
      if (whenAway.kind === 'fail') throw error;
      return within(Math.max(1, until - performance.now()), readyAgain(redis), whyAway);
    });
  } catch (error) {
    redis.disconnect();
    if (error instanceof RequestError) throw error;
    throw new RequestError('unavailable', `could not connect: ${whyAway()}`, {
      cause: error,
      outcome: 'not-done',
    });
  }
  return { redis, whyAway };
}

function open({ server, cluster }: RedisAddress, whenAway: WhenAway): Redis {
  const manner = whenAway.kind === 'wait' ? patient(whenAway.ms) : failFast;
  if (!cluster) return new Redis({ ...server, ...manner, reconnectOnError, lazyConnect: true });
  // Of any node; see `openCluster` in `workers/process/redis.ts`.
  const { host, port, ...login } = server;
  const { enableOfflineQueue, ...ofNodes } = manner;
  return new Cluster([{ host, port }], {
    lazyConnect: true,
    enableOfflineQueue,
    slotsRefreshTimeout: commandTimeout,
    dnsLookup: (name, found) => found(null, name),
    redisOptions: { ...ofNodes, ...login, reconnectOnError },
  }) as unknown as Redis;
}

/**
 * A second connection to the same server that waits where calls fail fast: it reconnects by itself and goes
 * on.
 */
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

/** The server refused the command, so it changed nothing. */
const refusedByServer = /^(READONLY|LOADING)/;
/** The command was not sent. */
const unsent = /Stream isn't writeable/;
/** The connection was lost, and with it what became of the command; the message does not say why. */
const lost = /Connection is closed|max retries per request/;
/** No answer came in time, or the connection broke. */
const unanswered = /Command timed out|ECONN|EPIPE/;

/** Runs a Redis step; a connection that fails becomes `unavailable`. */
export async function reaching<T>(step: () => Promise<T>, whyAway: () => string): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RequestError) throw error;
    const message = messageOf(error);
    const unavailable = (text: string, outcome: RequestOutcome) =>
      new RequestError('unavailable', text, { cause: error, outcome });
    if (/^OOM /.test(message)) throw unavailable('the queue Redis is full; nothing was queued', 'not-done');
    if (isUncompared(message)) throw unavailable(uncompared, 'not-done');
    if (unsent.test(message)) throw unavailable(whyAway(), 'not-done');
    if (lost.test(message)) throw unavailable(whyAway(), 'unknown');
    const text = `the queue Redis did not answer: ${message}`;
    if (refusedByServer.test(message)) throw unavailable(text, 'not-done');
    if (unanswered.test(message)) throw unavailable(text, 'unknown');
    throw error;
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
