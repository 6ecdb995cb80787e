import { Redis } from 'ioredis';
import { ratingCacheKey } from '../../../jobs/keys.ts';
import { newcomer, visibleRating } from '../../../jobs/ladder/rating.ts';
import { openClient } from '../../../producers/client.ts';
import { openDiary } from './diary.ts';
import type { DemoOptions } from './options.ts';
import { populate } from './population.ts';
import { chance } from './random.ts';
import { liveThrough } from './world.ts';

/** Players come for so many hours, so many a minute. Each plays three matches, which take about `playMs`. */
const hours = 12;
const playersAMinute = 40;
const playMs = 15_000;

/**
 * Lets players go on playing at a slow rate, so that there is something to look at, for twelve hours or until
 * this process ends.
 */
export async function keepPlaying(
  { scenarios, seed }: DemoOptions,
  env: NodeJS.ProcessEnv,
  domain: string,
): Promise<void> {
  await using client = await openClient({ redisUrl: env['QUEUE_REDIS_URL'] ?? '', domain });
  await using opened = new AsyncDisposableStack();
  const cache = opened.adopt(new Redis(env['CACHE_REDIS_URL'] ?? ''), (it) => it.disconnect());
  // It goes away with the stack, and the demo with it.
  cache.on('error', () => undefined);
  const random = chance(seed + 1);
  const slow = scenarios.map((scenario) => ({ ...scenario, playMs }));
  const count = hours * 60 * playersAMinute;
  const parties = populate(slow, count, hours * 3_600_000, random, `${domain}-later`);
  await liveThrough({
    ...{ client, parties, rounds: 3, closesAt: hours * 3_600_000, random, diary: openDiary() },
    // What was played before is over: it must not be played again.
    from: 'now',
    ratingOf: async (playerId) =>
      Number((await cache.hget(ratingCacheKey(playerId), 'rating')) ?? visibleRating(newcomer)),
    verify: async () => {
      throw new Error('none of these players signs in');
    },
  });
}
