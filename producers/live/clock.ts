import type { Redis } from 'ioredis';
import { type Clock, clockAt, toRedisTime } from '../../jobs/fleet-time.ts';
import { domainKeys } from '../../jobs/keys.ts';

export type ClockReader = ReturnType<typeof openClock>;

/** Both times of a domain, as a script would read them now. */
export function openClock(redis: Redis, domain: string) {
  const key = domainKeys(domain).clock();
  return async (): Promise<Clock> => {
    const [[seconds, micros], written] = await Promise.all([redis.time(), redis.get(key)]);
    return clockAt(written, Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000));
  };
}

/** A moment of fleet time (ms) as users see it, ISO 8601. */
export const shown = (clock: Clock, moment: number): string =>
  new Date(toRedisTime(clock, moment)).toISOString();
