import { domainKeys } from '../../jobs/keys.ts';
import { requireMay } from '../call.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { closed } from '../connection/gate.ts';
import { readEvents } from '../events/events.ts';

export const eventCalls = ({ call, redis, domain, origin, onError, closing, self }: ClientParts) =>
  ({
    events({ actor = self, ...read } = {}) {
      if (closing.aborted) throw closed();
      requireMay('events', actor);
      const signal = AbortSignal.any([closing, ...(read.signal ? [read.signal] : [])]);
      return readEvents(redis, domain, { ...read, signal, origin, onError });
    },

    findRecentPosition: (most, options = {}) =>
      call('findRecentPosition', options, async () => {
        const entries = await redis.xrevrange(domainKeys(domain).events(), '+', '-', 'COUNT', most + 1);
        return entries.length > most ? (entries.at(-1)?.[0] ?? 0) : 0;
      }),
  }) satisfies Calls;
