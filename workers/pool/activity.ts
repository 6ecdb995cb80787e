import type { Redis } from 'ioredis';
import {
  activityKeys,
  activitySlotMs,
  estimateWait,
  lagRefused,
  readActivity,
  type WaitEstimate,
} from '../../jobs/configuration/activity.ts';
import { clockAt, toRedisTime } from '../../jobs/fleet-time.ts';
import type { DomainKeys } from '../../jobs/keys.ts';

/**
 * How long (ms) an estimate is used before Redis is asked again: slots are five minutes, so it hardly moves
 * meanwhile.
 */
const freshMs = 10_000;

/** How many tickets wait, and how long they do, from what scripts counted. */
export function openActivity(redis: Redis, keys: DomainKeys) {
  const estimates = new Map<
    string,
    { readonly estimate: WaitEstimate | undefined; readonly readAt: number }
  >();

  const fleetTime = async (): Promise<number> => {
    const [written, [seconds]] = await Promise.all([redis.get(keys.clock()), redis.time()]);
    return clockAt(written, Number(seconds) * 1_000).now;
  };

  return {
    /** Of a configuration that exists; `undefined` when none of its tickets was matched in the last hour. */
    async waitEstimate(configuration: string): Promise<WaitEstimate | undefined> {
      const known = estimates.get(configuration);
      if (known && Date.now() - known.readAt < freshMs) return known.estimate;
      const now = await fleetTime();
      const slots = await Promise.all(
        activityKeys(keys, configuration, now).map((key) => redis.hgetall(key)),
      );
      const estimate = estimateWait(slots.map(readActivity));
      estimates.set(configuration, { estimate, readAt: Date.now() });
      return estimate;
    },

    /** What happened in each configuration in the slots that are over and that Redis still has. */
    async finishedSlots() {
      const [written, [seconds]] = await Promise.all([redis.get(keys.clock()), redis.time()]);
      const clock = clockAt(written, Number(seconds) * 1_000);
      const running = Math.floor(clock.now / activitySlotMs);
      const read = async (configuration: string) => {
        const [, ...over] = activityKeys(keys, configuration, clock.now);
        const found = await Promise.all(over.map((key) => redis.hgetall(key)));
        return found.flatMap((fields, age) => {
          const slot = running - 1 - age;
          const at = toRedisTime(clock, slot * activitySlotMs);
          return Object.keys(fields).length === 0
            ? []
            : [{ configuration, slot, at, ...readActivity(fields) }];
        });
      };
      const configurations = await redis.smembers(keys.configurations());
      return (await Promise.all(configurations.map(read))).flat();
    },

    /**
     * How far matchmaking of the configuration furthest behind is, ms, where new tickets are refused for it;
     * else 0.
     */
    async lag(): Promise<number> {
      const configurations = await redis.smembers(keys.configurations());
      if (configurations.length === 0) return 0;
      const noted = await redis.mget(...configurations.map((name) => keys.behind(name)));
      const now = await fleetTime();
      return Math.max(...noted.map((it) => lagRefused(it, now)));
    },

    /** Tickets that were started and that no cycle has read. */
    async arrived(): Promise<number> {
      const counts = Object.values(await redis.hgetall(keys.arrived()));
      return counts.reduce((sum, count) => sum + Number(count), 0);
    },

    /** By configuration the tickets that search in all of its pools, those of none included. */
    async searching(): Promise<Map<string, number>> {
      const configurations = await redis.smembers(keys.configurations());
      const poolsOf = (configuration: string) => keys.pools(configuration);
      // One question for all: an idle fleet of many configurations is asked no more.
      const inUse = configurations.length > 0 && (await redis.exists(...configurations.map(poolsOf))) > 0;
      if (!inUse) return new Map(configurations.map((configuration) => [configuration, 0]));
      const counts = configurations.map(async (configuration) => {
        const pools = await redis.smembers(poolsOf(configuration));
        const sizes = await Promise.all(pools.map((pool) => redis.zcard(keys.pool(pool))));
        return [configuration, sizes.reduce((sum, size) => sum + size, 0)] as const;
      });
      return new Map(await Promise.all(counts));
    },
  };
}
