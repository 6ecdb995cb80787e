import { expect } from 'vitest';
import { asCached } from '../../workers/session-cache/session-cache.ts';
import type { openFleetStores } from './fleet-stores.ts';

/**
 * What a case left in records and cache, without its name and dates. Its cached sessions are as their
 * records.
 */
export async function endingOf(
  name: string,
  { db, stores, cacheRedis }: Awaited<ReturnType<typeof openFleetStores>>,
): Promise<unknown> {
  const all = (collection: string) =>
    db
      .collection(collection)
      .find({ _id: { $regex: name as never } }, { projection: { ordinal: 0, written_at: 0 } })
      .sort({ _id: 1 })
      .toArray();
  const [matches, players, changes, ladders] = await Promise.all(
    ['matches', 'players', 'rating_changes', 'ladders'].map(all),
  );
  const sessionIds = (await all('sessions')).map((session) => String(session._id));
  const sessions = await stores.sessions.find(sessionIds);
  for (const session of sessions)
    expect(await cacheRedis.hgetall(`sessions:${session._id}`)).toEqual(asCached(session));
  const cached = await Promise.all(players!.map((player) => cacheRedis.hgetall(`ratings:${player._id}`)));
  return JSON.parse(
    JSON.stringify({ matches, players, changes, ladders, sessions, cached })
      .replaceAll(name, '')
      .replaceAll(/"\d{4}-\d\d-\d\dT[^"]*"/g, '"then"'),
  );
}
