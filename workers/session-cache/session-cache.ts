import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { ratingCacheKey, ratingTurnKey, sessionCacheKey } from '../../jobs/keys.ts';
import { type CachedSession, sessionCacheSeconds } from '../../jobs/session-creation/session.ts';
import type { SessionRecord } from '../records/sessions.ts';

/**
 * Writes a hash unless the one there is newer by its ordering field.
 * KEYS[1] the hash · ARGV ordering field, its value, seconds to live, then field, value, ...
 * Returns 1 written, 0 what is there is newer
 */
const putNewer = `
local there = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if there > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1`;

/**
 * Writes a session's hash. One that is over stays so: a session never opens again, and whoever says that it is open read it before.
 * KEYS[1] the hash · ARGV seconds to live, then field, value, ...; 'status' and its value are the first
 */
const putSession = `
if ARGV[3] == 'ACTIVE' and (redis.call('HGET', KEYS[1], 'status') or 'ACTIVE') ~= 'ACTIVE' then return end
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], ARGV[1])`;

/** How long a turn lasts that nobody ends, in s: longer than transactions take. Others may collide with one that is not over. */
const turnSeconds = 3;

/** Between two looks (ms), more or less, at whether a turn has ended: a transaction takes some tens. */
const lookAgainMs = 20;

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
 * The session cache: `sessions:<id>` and `ratings:<player>` hashes with a time to live, on a Redis that may evict any
 * of them. Everything here can be read again from DocumentDB; repeated or late writes only move it forward. Turns at
 * rating a player are hints.
 *
 * No work depends on it: while it is away, reads miss and writes are lost, and `onAway` is told.
 */
export function openSessionCache(redis: Redis, onAway: (error: unknown) => void) {
  redis.defineCommand('putNewer', { numberOfKeys: 1, lua: putNewer });
  redis.defineCommand('putSession', { numberOfKeys: 1, lua: putSession });
  const put = (
    key: string,
    order: string,
    at: number,
    fields: Record<string, string | number>,
    seconds = sessionCacheSeconds,
  ) =>
    Reflect.apply(Reflect.get(redis, 'putNewer'), redis, [
      key,
      order,
      at,
      seconds,
      ...Object.entries(fields).flat(),
    ]) as Promise<number>;

  const unlessAway = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      onAway(error);
      return otherwise;
    }
  };

  return {
    async putSessions(sessions: readonly SessionRecord[]): Promise<void> {
      await unlessAway(
        () =>
          Promise.all(
            sessions.map((session) =>
              Reflect.apply(Reflect.get(redis, 'putSession'), redis, [
                sessionCacheKey(session._id),
                sessionCacheSeconds,
                ...Object.entries(asCached(session)).flat(),
              ]),
            ),
          ),
        [],
      );
    },

    /** A session, if the cache has it; being read, it lives on for another while. */
    async session(sessionId: string): Promise<CachedSession | undefined> {
      const key = sessionCacheKey(sessionId);
      const [hash] = await unlessAway(
        () => Promise.all([redis.hgetall(key), redis.expire(key, sessionCacheSeconds)]),
        [{}, 0],
      );
      return 'player_id' in hash ? (hash as unknown as CachedSession) : undefined;
    },

    /** Visible ratings by player; `version` counts the matches behind each. */
    async putRatings(
      ratings: readonly { playerId: string; rating: number; version: number }[],
    ): Promise<void> {
      await unlessAway(
        () =>
          Promise.all(
            ratings.map(({ playerId, rating, version }) =>
              put(ratingCacheKey(playerId), 'version', version, { rating, version }),
            ),
          ),
        [],
      );
    },

    /** The visible ratings the cache knows: a player listed here exists in DocumentDB. */
    async ratings(playerIds: readonly string[]): Promise<Map<string, number>> {
      const rows = await unlessAway(
        () => Promise.all(playerIds.map((id) => redis.hget(ratingCacheKey(id), 'rating'))),
        [],
      );
      const known = playerIds.flatMap((id, index) => {
        const rating = rows[index];
        return rating ? [[id, Number(rating)] as const] : [];
      });
      return new Map(known);
    },

    /** Takes the turn at rating each player whose turn nobody has; returns whom. Every one of them while away. */
    async takeTurns(playerIds: readonly string[]): Promise<readonly string[]> {
      // A turn that is taken counts as newer than whoever asks.
      const take = (id: string) => put(ratingTurnKey(id), 'taken', 0, { taken: 1 }, turnSeconds);
      const taken = await unlessAway(
        () => Promise.all(playerIds.map(take)),
        playerIds.map(() => 1),
      );
      return playerIds.filter((_, index) => taken[index] === 1);
    },

    /** Resolves when nobody has the turn at rating the player, and at the latest at `until`, ms since 1970. */
    async turnEnds(playerId: string, until: number): Promise<void> {
      const taken = () => redis.hget(ratingTurnKey(playerId), 'taken');
      do await pause(lookAgainMs * (0.5 + Math.random()));
      while (Date.now() <= until && (await unlessAway(taken, null)) !== null);
    },

    /** Ends turns that were taken. One that had ended by itself may be another's by now, who then shares it. */
    async endTurns(playerIds: readonly string[]): Promise<void> {
      await unlessAway(() => Promise.all(playerIds.map((id) => redis.expire(ratingTurnKey(id), 0))), []);
    },
  };
}
