import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { readSession } from '../../jobs/session-creation/read-session.ts';
import { type CachedSession, sessionLifeSeconds, sessionMoves } from '../../jobs/session-creation/session.ts';
import type { Handler } from '../handler.ts';
import type { Sessions } from '../records/sessions.ts';
import { asCached, type SessionCache } from '../session-cache/session-cache.ts';

export interface SessionReadStores {
  readonly sessions: Sessions;
  readonly cache: SessionCache;
}

/** Reads a session. A player sees only their own: any other does not exist for them. */
export const readSessions =
  (stores: SessionReadStores): Handler<z.output<typeof readSession.item>> =>
  async ([item], { actor }) => {
    if (!item) return done(null);
    const session = await read(item.sessionId, stores);
    const hidden = actor.kind === 'player' && actor.playerId !== session?.player_id;
    return done(hidden ? null : session);
  };

/** Whether it should have expired by now: the worker that expired its record may have died before it told the cache. */
const overdue = ({ status, timestamp }: CachedSession): boolean =>
  sessionMoves.expire.from.some((open) => open === status) &&
  Date.now() - Number(timestamp) > sessionLifeSeconds * 1_000;

/** Through the cache: a miss is filled from DocumentDB, so that losing the cache costs one read. */
async function read(
  sessionId: string,
  { sessions, cache }: SessionReadStores,
): Promise<CachedSession | null> {
  const cached = await cache.session(sessionId);
  if (cached && !overdue(cached)) return cached;
  const [record] = await sessions.find([sessionId]);
  if (!record) return null;
  await cache.putSessions([record]);
  return asCached(record);
}
