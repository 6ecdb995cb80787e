import type { Redis } from 'ioredis';
import type { CacheContents } from '../../../jobs/invariants/snapshot.ts';
import { ratingCacheKey, sessionCacheKey } from '../../../jobs/keys.ts';

/** How many keys are asked for at once. */
const page = 500;

/** Reads what the session cache has of these sessions and players; what it forgot is left out. */
export async function readCache(
  redis: Redis,
  sessionIds: readonly string[],
  playerIds: readonly string[],
): Promise<CacheContents> {
  const hashesOf = async (ids: readonly string[], keyOf: (id: string) => string) => {
    const found = new Map<string, Record<string, string>>();
    for (let at = 0; at < ids.length; at += page)
      await Promise.all(
        ids.slice(at, at + page).map(async (id) => {
          const hash = await redis.hgetall(keyOf(id));
          if (Object.keys(hash).length > 0) found.set(id, hash);
        }),
      );
    return found;
  };
  return {
    sessions: await hashesOf(sessionIds, sessionCacheKey),
    ratings: await hashesOf(playerIds, ratingCacheKey),
  };
}
