import { done, later, refusalsOf } from '../../jobs/contract.ts';
import type { EndSession } from '../../jobs/session-creation/end-session.ts';
import type { Pool } from '../pool/pool.ts';
import type { Sessions } from '../records/sessions.ts';
import type { Handler } from '../runtime/handler.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { type LeaveStores, leaveWaitMs, recordLeaves } from './record-leaves.ts';

export interface EndSessionStores extends LeaveStores {
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly pool: Pick<Pool, 'leave' | 'decided' | 'redisTime'>;
}

/** A session that nobody has created this long (ms) after its end was asked for is refused: its own job may be on its way. */
const unknownMs = 30_000;

/**
 * Ends sessions: their players leave the live match they are in, then the record follows, then the cache. Every step can be
 * taken again. A player ends only their own.
 */
export const endSessions =
  (stores: EndSessionStores): Handler<EndSession> =>
  async (items, { actor, dueAt }) => {
    const { sessions, cache, pool } = stores;
    const [stored, now] = await Promise.all([
      sessions.find(items.map((item) => item.sessionId)),
      pool.redisTime(),
    ]);
    const found = new Map(stored.map((it) => [it._id, it]));
    if (items.some(({ sessionId }) => !found.has(sessionId)) && now - dueAt < unknownMs)
      return later(leaveWaitMs, 'the session has not been created yet');
    const reasons = items.map(({ sessionId, playerId }) => {
      const session = found.get(sessionId);
      if (!session) return `sessionId: there is no session ${sessionId}`;
      const isTheirs =
        playerId === session.player_id && (actor.kind !== 'player' || actor.playerId === playerId);
      return isTheirs ? undefined : `sessionId: ${sessionId} is another player's session`;
    });
    const ending = items.filter((_item, index) => reasons[index] === undefined);
    let waits = false;
    for (const { sessionId, playerId, left } of ending) {
      const matchId = left ?? (await pool.leave(playerId, '', sessionId));
      if (matchId) waits = (await recordLeaves(matchId, [playerId], stores)) === 'waiting' || waits;
    }
    const ids = ending.map(({ sessionId }) => sessionId);
    const refused = await sessions.end(ids, new Date(now));
    await cache.putSessions(await sessions.find(ids));
    if (waits) return later(leaveWaitMs, 'the match has not started yet');
    return done(
      undefined,
      refusalsOf(
        items.map(({ sessionId }, index) => {
          const why = refused.get(sessionId);
          return (
            reasons[index] ?? (why && `sessionId: DocumentDB refuses to end session ${sessionId}: ${why}`)
          );
        }),
      ),
    );
  };
