import { done, later, refusalsOf } from '../../jobs/contract.ts';
import { type EndSession, endSession } from '../../jobs/session-creation/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Sessions } from '../records/sessions.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { type LeaveStores, leaveWaitMs, recordLeaves } from './record-leaves.ts';

export interface EndSessionStores extends LeaveStores {
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly pool: Pick<Pool, 'leave' | 'decided' | 'redisTime'>;
}

export const endSessionDuty: OpenDuty<EndSessionStores> = (stores) => duty(endSession, endSessions(stores));

/**
 * Ends sessions: their players leave the live match they are in, then the record follows, then the cache.
 * Every step can be taken again. A player ends only their own. A session that is not on record may be created
 * by a job that is late: it is stored as one that is over, which that job then finds.
 */
export const endSessions =
  (stores: EndSessionStores): Handler<EndSession> =>
  async (items, { actor }) => {
    const { sessions, cache, pool } = stores;
    const [stored, now] = await Promise.all([
      sessions.find(items.map((item) => item.sessionId)),
      pool.redisTime(),
    ]);
    const ownerOf = new Map(stored.map((it) => [it._id, it.player_id]));
    const reasons = items.map(({ sessionId, playerId }) => {
      const isTheirs =
        playerId === (ownerOf.get(sessionId) ?? playerId) &&
        (actor.kind !== 'player' || actor.playerId === playerId);
      return isTheirs ? undefined : `sessionId: ${sessionId} is another player's session`;
    });
    const uncreated = items.filter(
      ({ sessionId }, index) => reasons[index] === undefined && !ownerOf.has(sessionId),
    );
    if (uncreated.length > 0) await sessions.endBefore(uncreated, new Date(now));
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
