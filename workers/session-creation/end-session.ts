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
  readonly pool: Pick<Pool, 'matches' | 'redisTime'>;
}

export const endSessionDuty: OpenDuty<EndSessionStores> = (stores) => duty(endSession, endSessions(stores));

/**
 * Ends sessions: their players leave the live match they are in, then the record follows, then the cache.
 * Every step can be taken again. A player ends only their own. The job that creates a session may run after
 * the one that ends it: such a session is stored as ended, and its creation then changes nothing.
 */
export const endSessions =
  (stores: EndSessionStores): Handler<EndSession> =>
  async (items, { actor }) => {
    const { sessions, cache, pool } = stores;
    const asked = items.map(({ sessionId }) => sessionId);
    const mayEnd = (playerId: string) => actor.kind !== 'player' || actor.playerId === playerId;
    const [found, now] = await Promise.all([sessions.find(asked), pool.redisTime()]);
    const known = new Set(found.map((it) => it._id));
    const uncreated = items.filter((it) => !known.has(it.sessionId) && mayEnd(it.playerId));
    const unstored = uncreated.length > 0 ? await sessions.endBefore(uncreated, new Date(now)) : new Map();
    // Another player's creation may have come first.
    const stored = uncreated.length > 0 ? await sessions.find(asked) : found;
    const ownerOf = new Map(stored.map((it) => [it._id, it.player_id]));
    const reasons = items.map(({ sessionId, playerId }) => {
      if (unstored.has(sessionId)) return refusedByStore(sessionId, unstored.get(sessionId));
      const isTheirs = playerId === ownerOf.get(sessionId) && mayEnd(playerId);
      return isTheirs ? undefined : `sessionId: ${sessionId} is another player's session`;
    });
    const ending = items.filter((_item, index) => reasons[index] === undefined);
    let waits = false;
    for (const { sessionId, playerId, left } of ending) {
      const matchId = left ?? (await pool.matches.leave(playerId, '', sessionId));
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
          return reasons[index] ?? (why && refusedByStore(sessionId, why));
        }),
      ),
    );
  };

const refusedByStore = (sessionId: string, why: string | undefined): string =>
  `sessionId: DocumentDB refuses to end session ${sessionId}: ${why}`;
