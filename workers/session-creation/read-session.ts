import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { type CachedSession, type DescribedSession, sessionLifeSeconds } from '../../jobs/session/session.ts';
import { readSession } from '../../jobs/session-creation/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Players } from '../records/players.ts';
import type { Sessions } from '../records/sessions.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { asCached, type SessionCache } from '../session-cache/session-cache.ts';
import { visibleRatings } from './visible-ratings.ts';

export interface SessionReadStores {
  readonly sessions: Sessions;
  readonly players: Pick<Players, 'find'>;
  readonly cache: SessionCache;
  readonly pool: Pick<Pool, 'redisTime' | 'matches'>;
}

export const readSessionDuty: OpenDuty<SessionReadStores> = (stores) =>
  duty(readSession, readSessions(stores));

/** Reads a session. A player sees only their own: any other does not exist for them. */
export const readSessions =
  (stores: SessionReadStores): Handler<z.output<typeof readSession.item>> =>
  async ([item], { actor }) => {
    if (!item) return done(null);
    const session = await read(item.sessionId, stores);
    if (!session || (actor.kind === 'player' && actor.playerId !== session.player_id)) return done(null);
    return done(await describe(session, stores));
  };

/** Through the cache: a miss is filled from DocumentDB, so that losing the cache costs one read. */
async function read(
  sessionId: string,
  { sessions, cache, pool }: SessionReadStores,
): Promise<CachedSession | undefined> {
  const [cached, now] = await Promise.all([cache.session(sessionId), pool.redisTime()]);
  if (cached && !isOverdue(cached, now)) return cached;
  const [record] = await sessions.find([sessionId]);
  if (!record) return undefined;
  await cache.putSessions([record]);
  return asCached(record);
}

/**
 * It should have expired by now: the worker that expired its record may have died before it told the cache.
 */
const isOverdue = ({ status, timestamp }: CachedSession, now: number): boolean =>
  status === 'ACTIVE' && now - Number(timestamp) > sessionLifeSeconds * 1_000;

/** Whether its player plays, the live matches say: what is stored of a session is older. */
async function describe(
  session: CachedSession,
  { players, cache, pool }: SessionReadStores,
): Promise<DescribedSession> {
  const { player_id: playerId, status } = session;
  if (status !== 'ACTIVE') return session;
  const [present, ratings] = await Promise.all([
    pool.matches.presence([playerId]),
    visibleRatings([playerId], cache, players.find),
  ]);
  const matchId = present.get(playerId)?.matchId;
  const rating = String(ratings.get(playerId) ?? session.rating);
  return { ...session, rating, ...(matchId !== undefined && { status: 'IN_MATCH', match_id: matchId }) };
}
