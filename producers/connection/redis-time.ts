import type { Redis } from 'ioredis';

/** How long (ms) an answer is counted on from. */
const freshMs = 60_000;

/** What TIME of the queue Redis was, in ms since 1970, at a moment of `performance.now()`. */
export type RedisTime = (moment: number) => Promise<number>;

/** Asks the server once a minute and counts on from its answer, by a clock that nobody sets. */
export function openRedisTime(redis: Redis): RedisTime {
  let latest: { readonly at: number; readonly ahead: Promise<number> } | undefined;

  const ask = async (): Promise<number> => {
    const sent = performance.now();
    const [seconds, micros] = await redis.time();
    return Number(seconds) * 1_000 + Number(micros) / 1_000 - (sent + performance.now()) / 2;
  };
  return async (moment) => {
    if (!latest || performance.now() - latest.at > freshMs) latest = { at: performance.now(), ahead: ask() };
    const ahead = await latest.ahead.catch((error: unknown) => {
      latest = undefined;
      throw error;
    });
    return moment + ahead;
  };
}
