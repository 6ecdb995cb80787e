import { done, later, refusalsOf } from '../../jobs/contract.ts';
import type { EndSession } from '../../jobs/session-creation/end-session.ts';
import type { Handler } from '../handler.ts';
import { type LeaveStores, leaveWaitMs, recordLeaves } from './record-leaves.ts';

/** A session that nobody has created this long (ms) after its end was asked for is refused: its own job may be on its way. */
const unknownMs = 30_000;

/**
 * Ends sessions: their players leave the live match they are in, then the record follows, then the cache. Every step can be
 * taken again. A player ends only their own.
 */
export const endSessions =
  (stores: LeaveStores): Handler<EndSession> =>
  async (items, { actor, dueAt }) => {
    const { sessions, cache, pool } = stores;
    const found = new Map(
      (await sessions.find(items.map((item) => item.sessionId))).map((it) => [it._id, it]),
    );
    const asked = items.map((item) => ({ ...item, session: found.get(item.sessionId) }));
    if (asked.some(({ session }) => !session) && Date.now() - dueAt < unknownMs)
      return later(leaveWaitMs, 'the session has not been created yet');
    const reasons = asked.map(({ sessionId, playerId, session }) => {
      if (!session) return `sessionId: there is no session ${sessionId}`;
      const named = [playerId, actor.kind === 'player' ? actor.playerId : undefined];
      return named.some((id) => id !== undefined && id !== session.player_id)
        ? `sessionId: ${sessionId} is another player's session`
        : undefined;
    });
    const ending = asked.flatMap(({ session, left }, index) =>
      session && !reasons[index] ? [{ session, left }] : [],
    );
    let waits = false;
    for (const { session, left } of ending) {
      const live = left ?? (await pool.leave(session.player_id, '', session._id));
      // A queue store that went back in time may not know the match that the session is in.
      const recorded = session.status === 'IN_MATCH' ? session.match_id : undefined;
      for (const matchId of new Set([live, recorded]))
        if (matchId)
          waits = (await recordLeaves(matchId, [session.player_id], stores)) === 'waiting' || waits;
    }
    const ids = ending.map(({ session }) => session._id);
    await sessions.end(ids, new Date());
    await cache.putSessions(await sessions.find(ids));
    return waits ? later(leaveWaitMs, 'the match has not started yet') : done(undefined, refusalsOf(reasons));
  };
