import type { Redis } from 'ioredis';
import { apiKeysKey } from '../../jobs/keys.ts';
import { newestKeys, type SealedKey } from '../../jobs/maintenance/api-keys.ts';

/**
 * The copy of the keys that the HTTP API reads. A generation is never changed, so it does not matter who
 * writes it first.
 */
export function openApiKeyCopies(redis: Redis, domain: string) {
  const at = apiKeysKey(domain);
  const there = async (): Promise<SealedKey[]> =>
    Object.values(await redis.hgetall(at)).map((text) => JSON.parse(text) as SealedKey);
  return {
    keyCopies: there,

    /** Adds these generations, and drops those that they follow. */
    async copyKeys(keys: readonly SealedKey[]): Promise<void> {
      if (keys.length === 0) return;
      await redis.hset(at, Object.fromEntries(keys.map((key) => [fieldOf(key), JSON.stringify(key)])));
      const all = await there();
      const newest = new Set(newestKeys(all).map(fieldOf));
      const old = all.map(fieldOf).filter((field) => !newest.has(field));
      if (old.length > 0) await redis.hdel(at, ...old);
    },
  };
}

const fieldOf = ({ name, generation }: SealedKey): string => `${name}@${generation}`;
