import { Redis } from 'ioredis';
import { modeTrouble, redisTrouble, type Trouble } from '../../jobs/connection-trouble.ts';
import type { RedisAddress } from '../../jobs/redis-url.ts';

/** How long (ms) one attempt may take. */
const attemptMs = 5_000;
const longestPauseMs = 1_000;

/** Why a Redis cannot be used, and the error that said so, if one did. */
export interface Unreached extends Trouble {
  readonly error: Error | undefined;
}

/**
 * Asks a Redis whether it answers as its URL says, on a connection that is closed again: there every cause is
 * seen, while a connection in use hides it behind its reconnecting. Tries once, or for `patienceMs` where
 * waiting may help. Returns what kept it from answering; `undefined` when it answered. `onTrouble` hears of
 * every attempt that failed.
 */
export async function reach(
  address: RedisAddress,
  patienceMs = 0,
  onTrouble: (error: Error) => void = () => undefined,
): Promise<Unreached | undefined> {
  const until = performance.now() + patienceMs;
  let before: Unreached | undefined;
  for (let pause = 50; ; pause = Math.min(2 * pause, longestPauseMs)) {
    const left = patienceMs === 0 ? attemptMs : Math.max(1, until - performance.now());
    const unreached = await attempt(address, Math.min(left, attemptMs));
    if (unreached?.error) onTrouble(unreached.error);
    if (!unreached || unreached.lasting) return unreached;
    // The last attempt may be cut short, and would name that instead of the cause.
    if (performance.now() + pause >= until) return before ?? unreached;
    before = unreached;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function attempt(address: RedisAddress, ms: number): Promise<Unreached | undefined> {
  const redis = new Redis({
    ...address.server,
    lazyConnect: true,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    redis.on('error', reject);
    timer = setTimeout(() => reject(new Error(`timed out after ${Math.round(ms)} ms`)), ms);
  });
  try {
    const answer = redis.connect().then(() => redis.info());
    const trouble = modeTrouble(await Promise.race([failed, answer]), address);
    return trouble && { ...trouble, error: undefined };
  } catch (error) {
    return { ...redisTrouble(error, address), error: error as Error };
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}
