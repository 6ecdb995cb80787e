import { done, refusalsOf } from '../../jobs/contract.ts';
import { newcomer, visibleRating } from '../../jobs/ladder/rating.ts';
import { type CreateSession, createSession } from '../../jobs/session-creation/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Players } from '../records/players.ts';
import type { SessionRecord, Sessions } from '../records/sessions.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { batched } from '../telemetry/batched.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { visibleRatings } from './visible-ratings.ts';

export interface CreateSessionStores {
  readonly players: Players;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  /** Both ends of the latency and every time that is stored are of its clock, whatever a worker's says. */
  readonly pool: Pick<Pool, 'redisTime'>;
  readonly tracer: Tracer;
  /** Called once per session stored now, with ms from the caller's request to the durable record. */
  readonly onCreated: (latencyMs: number) => void;
}

/**
 * Sessions stored at once, by all jobs this process runs: two batches keep DocumentDB busy over a round trip.
 */
const batch = { maxItems: 200, inFlight: 2, schedule: setImmediate };

export const createSessionDuty: OpenDuty<Omit<CreateSessionStores, 'onCreated'>> = (stores, { metrics }) => {
  const service = createSession.queue;
  const onCreated = (ms: number) => metrics.observe('SessionCreationLatency', ms, { service });
  return duty(createSession, createSessions({ ...stores, onCreated }));
};

/**
 * Stores sessions; those of concurrently running jobs share their round trips. A player creates only their
 * own.
 */
export const createSessions = (stores: CreateSessionStores): Handler<CreateSession> => {
  const store = batched(stores.tracer, {
    ...batch,
    send: (items: readonly CreateSession[]) => storeSessions(items, stores),
  });
  return async (items, { actor }) => {
    const reasons = await Promise.all(
      items.map((item) =>
        actor.kind === 'player' && actor.playerId !== item.playerId
          ? 'playerId: a player may create sessions only for themselves'
          : store(item),
      ),
    );
    return done(undefined, refusalsOf(reasons));
  };
};

/**
 * DocumentDB first, then the cache: a crash between leaves a session the next read fills in, never a cached
 * session that no record backs. A player whose rating is cached exists, so in the common case each store is
 * asked once. Returns per item why it was refused, if it was.
 */
async function storeSessions(
  items: readonly CreateSession[],
  stores: CreateSessionStores,
): Promise<(string | undefined)[]> {
  const { players, sessions, cache, pool, onCreated } = stores;
  const time = await pool.redisTime();
  const [began, now] = [performance.now(), new Date(time)];
  const playerIds = items.map((item) => item.playerId);
  const ratings = await visibleRatings(playerIds, cache, (ids) => players.ensure(ids, now));
  const known = items.filter(({ playerId }) => ratings.has(playerId));
  if (known.length < items.length) {
    const others = (await storeSessions(known, stores)).values();
    return items.map(({ playerId }) =>
      ratings.has(playerId) ? others.next().value : `playerId: DocumentDB refuses player ${playerId}`,
    );
  }
  const records = items.map(
    ({ sessionId, playerId }): SessionRecord => ({
      _id: sessionId,
      player_id: playerId,
      status: 'ACTIVE',
      rating: ratings.get(playerId) ?? visibleRating(newcomer),
      timestamp: now,
      created_at: now,
    }),
  );
  const { earlier, refused } = await sessions.create(records);
  await cache.putSessions(
    records.flatMap((record, index) => earlier.get(index) ?? (refused.has(index) ? [] : record)),
  );
  const stored = time + performance.now() - began;
  return items.map(({ sessionId, playerId, requestedAt }, index) => {
    if (refused.has(index))
      return `sessionId: DocumentDB refuses session ${sessionId}: ${refused.get(index)}`;
    const before = earlier.get(index);
    if (!before) onCreated(Math.max(0, stored - requestedAt));
    return before && before.player_id !== playerId
      ? `sessionId: ${sessionId} is another player's session`
      : undefined;
  });
}
