import type { PlayerRecord } from '../records/players.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

/**
 * Players' visible ratings, from the cache; those of players that it does not know, from the record by
 * `find`, are cached.
 */
export async function visibleRatings(
  playerIds: readonly string[],
  cache: SessionCache,
  find: (playerIds: readonly string[]) => Promise<ReadonlyMap<string, PlayerRecord>>,
): Promise<ReadonlyMap<string, number>> {
  const known = await cache.ratings(playerIds);
  const unknown = playerIds.filter((id) => !known.has(id));
  if (unknown.length === 0) return known;
  const fresh = [...(await find(unknown)).values()].map((player) => ({
    playerId: player._id,
    rating: player.profile.current_rating,
    version: player.ratings['default']?.version ?? 0,
  }));
  await cache.putRatings(fresh);
  return new Map([...known, ...fresh.map((it) => [it.playerId, it.rating] as const)]);
}
