import type { Redis } from 'ioredis';
import { ratingCacheKey, sessionCacheKey } from '../../jobs/keys.ts';
import { type CachedSession, sessionCacheSeconds } from '../../jobs/session/session.ts';
import type { SessionRecord } from '../records/sessions.ts';

/**
 * Writes players' ratings, but for those of which a newer one is there. KEYS the hashes · ARGV seconds to
 * live, then per hash rating, version
 */
const putRatings = `
for i, key in ipairs(KEYS) do
  local rating, version = ARGV[2 * i], ARGV[2 * i + 1]
  if tonumber(redis.call('HGET', key, 'version') or '-1') <= tonumber(version) then
    redis.call('HSET', key, 'rating', rating, 'version', version)
    redis.call('EXPIRE', key, ARGV[1])
  end
end`;

/**
 * Writes sessions' hashes. One that is over stays so: a session never opens again, and whoever says that it
 * is open read it before. KEYS the hashes · ARGV seconds to live, then per hash status, player id, rating,
 * timestamp
 */
const putSessions = `
for i, key in ipairs(KEYS) do
  local status, player, rating, timestamp = unpack(ARGV, 4 * i - 2, 4 * i + 1)
  if status ~= 'ACTIVE' or (redis.call('HGET', key, 'status') or status) == status then
    redis.call('HSET', key, 'status', status, 'player_id', player, 'rating', rating, 'timestamp', timestamp)
    redis.call('EXPIRE', key, ARGV[1])
  end
end`;

/** Sessions or ratings written by one script: about a millisecond. */
const atOnce = 200;

/** Lost writes that are kept to be made again. */
const mostLost = 10_000;

/** After it did not answer, so long (ms) no session or rating is looked for in the cache. */
const restMs = 1_000;

/** A session's record as the cache shows it. */
export const asCached = (
  session: Pick<SessionRecord, 'player_id' | 'status' | 'rating' | 'timestamp'>,
): CachedSession => ({
  status: session.status,
  player_id: session.player_id,
  rating: String(session.rating),
  timestamp: String(session.timestamp.getTime()),
});

export type SessionCache = ReturnType<typeof openSessionCache>;

/**
 * The session cache: `sessions:<id>` and `ratings:<player>` hashes with a time to live, on a Redis that may
 * evict any of them. Everything here can be read again from DocumentDB; repeated or late writes only move it
 * forward.
 *
 * No work depends on it: while it is away, reads miss and writes are lost, and `onAway` is told. That
 * sessions are over it is told once it answers again.
 */
export function openSessionCache(redis: Redis, onAway: (error: unknown) => void) {
  redis.defineCommand('putRatings', { lua: putRatings });
  redis.defineCommand('putSessions', { lua: putSessions });
  /** Sessions that are over, of which the cache has not been told: it may show them as open until it is. */
  const lost = new Map<string, SessionRecord>();
  let restsUntil = 0;
  const run = async (script: 'putSessions' | 'putRatings', keys: string[], values: (string | number)[]) => {
    const call = [keys.length, ...keys, sessionCacheSeconds, ...values];
    await Reflect.apply(Reflect.get(redis, script), redis, call);
    return true;
  };

  const unlessAway = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      restsUntil = performance.now() + restMs;
      onAway(error);
      return otherwise;
    }
  };

  /** For what bears being missed: nothing waits again for a cache that has just not answered. */
  const unlessResting = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> =>
    performance.now() < restsUntil ? otherwise : unlessAway(work, otherwise);

  const writeSome = async (sessions: readonly SessionRecord[]): Promise<boolean> => {
    const values = sessions.flatMap((session) => {
      const { status, player_id, rating, timestamp } = asCached(session);
      return [status, player_id, rating, timestamp];
    });
    return run(
      'putSessions',
      sessions.map(({ _id }) => sessionCacheKey(_id)),
      values,
    );
  };

  const write = async (sessions: readonly SessionRecord[]): Promise<void> => {
    const all = [...lost.values(), ...sessions];
    lost.clear();
    for (let at = 0; at < all.length; at += atOnce) {
      const some = all.slice(at, at + atOnce);
      if (await unlessResting(() => writeSome(some), false)) continue;
      for (const session of some)
        if (session.status !== 'ACTIVE' && lost.size < mostLost) lost.set(session._id, session);
    }
  };

  return {
    putSessions: write,

    /** A session, if the cache has it; being read, it lives on for another while. */
    async session(sessionId: string): Promise<CachedSession | undefined> {
      const key = sessionCacheKey(sessionId);
      const [hash] = await unlessResting(
        () => Promise.all([redis.hgetall(key), redis.expire(key, sessionCacheSeconds)]),
        [{}, 0],
      );
      if (lost.size > 0) await write([]);
      return 'player_id' in hash ? (hash as unknown as CachedSession) : undefined;
    },

    /** Visible ratings by player; `version` counts the matches behind each. */
    async putRatings(
      ratings: readonly { playerId: string; rating: number; version: number }[],
    ): Promise<void> {
      const some = Array.from({ length: Math.ceil(ratings.length / atOnce) }, (_, n) =>
        ratings.slice(n * atOnce, (n + 1) * atOnce),
      );
      await unlessAway(
        () =>
          Promise.all(
            some.map((each) =>
              run(
                'putRatings',
                each.map((it) => ratingCacheKey(it.playerId)),
                each.flatMap(({ rating, version }) => [rating, version]),
              ),
            ),
          ),
        [],
      );
    },

    /** Forgets a player and sessions of theirs. */
    async forget(playerId: string, sessionIds: readonly string[]): Promise<void> {
      const keys = [ratingCacheKey(playerId), ...sessionIds.map(sessionCacheKey)];
      await unlessAway(() => Promise.all(keys.map((key) => redis.unlink(key))), []);
    },

    /** The visible ratings the cache knows: a player listed here exists in DocumentDB. */
    async ratings(playerIds: readonly string[]): Promise<Map<string, number>> {
      const rows = await unlessResting(
        () => Promise.all(playerIds.map((id) => redis.hget(ratingCacheKey(id), 'rating'))),
        [],
      );
      const known = playerIds.flatMap((id, index) => {
        const rating = rows[index];
        return rating ? [[id, Number(rating)] as const] : [];
      });
      return new Map(known);
    },
  };
}
