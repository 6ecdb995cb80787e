import type { Redis } from 'ioredis';
import { domainKeys } from '../jobs/keys.ts';
import type { Call, CallOptions } from './call.ts';

/** Services only. */
export const openRecentEvents = (call: Call, redis: Redis, domain: string) => ({
  /**
   * The position to read events from so that the newest `most` entries of the stream come first, for who wants to know what
   * happened lately: 0 where there are no more than that.
   */
  recentEventsPlace: (most: number, options: CallOptions = {}): Promise<string | 0> =>
    call({ kind: 'recent-events', askedBy: 'services' }, options, async () => {
      const entries = await redis.xrevrange(domainKeys(domain).events(), '+', '-', 'COUNT', most + 1);
      return entries.length > most ? (entries.at(-1)?.[0] ?? 0) : 0;
    }),
});
