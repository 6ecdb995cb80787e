import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { readSession } from '../../jobs/session-creation/read-session.ts';
import type { Handler } from '../handler.ts';
import type { Sessions } from '../records/sessions.ts';
import { asCached, type SessionCache } from '../session-cache/session-cache.ts';

/** Reads a session through the cache: a miss is filled from DocumentDB, so that losing the cache costs one read. */
export const readSessions =
  ({
    sessions,
    cache,
  }: {
    readonly sessions: Sessions;
    readonly cache: SessionCache;
  }): Handler<z.output<typeof readSession.item>> =>
  async ([item]) => {
    if (!item) return done(null);
    const cached = await cache.session(item.sessionId);
    if (cached) return done(cached);
    const [record] = await sessions.find([item.sessionId]);
    if (!record) return done(null);
    await cache.putSessions([record]);
    return done(asCached(record));
  };
