import { Redis } from 'ioredis';
import { RequestError } from './request-error.ts';

/** How long (ms) a command may take before its caller is told that Redis is away. */
const commandTimeout = 5_000;

/**
 * A connection that fails fast: commands given while Redis is away are refused instead of queued, so a caller learns
 * at once that nothing was promised. It goes on reconnecting in the background.
 */
export async function connect(url: string, onError: (error: Error) => void): Promise<Redis> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout,
    reconnectOnError: (error) => /^(READONLY|LOADING)/.test(error.message),
  });
  redis.on('error', onError);
  try {
    await redis.connect();
  } catch (error) {
    redis.disconnect();
    throw new RequestError('unavailable', `could not connect to the queue Redis: ${messageOf(error)}`, error);
  }
  return redis;
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
