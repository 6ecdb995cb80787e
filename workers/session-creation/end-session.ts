import { done, refusalsOf } from '../../jobs/contract.ts';
import type { EndSession } from '../../jobs/session-creation/end-session.ts';
import type { Handler } from '../handler.ts';
import type { SessionRecord, Sessions } from '../records/sessions.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { type LeaveStores, leaveMatch } from './leave-match.ts';

export interface SessionEndStores extends LeaveStores {
  readonly sessions: Sessions;
  readonly cache: SessionCache;
}

/**
 * Ends sessions: the match is told first, then the record, then the cache. A crash between leaves a session still open,
 * or a cached one the repeat closes; every step can be taken again. A player ends only their own.
 */
export const endSessions =
  (stores: SessionEndStores): Handler<EndSession> =>
  async (items, { actor }) => {
    const { sessions, cache } = stores;
    const found = new Map(
      (await sessions.find(items.map((item) => item.sessionId))).map((it) => [it._id, it]),
    );
    const reasons = items.map(({ sessionId }) => {
      const session = found.get(sessionId);
      if (!session) return `sessionId: there is no session ${sessionId}`;
      return actor.kind === 'player' && actor.playerId !== session.player_id
        ? `sessionId: ${sessionId} is another player's session`
        : undefined;
    });
    const ending = items.flatMap(({ sessionId }, index) =>
      reasons[index] ? [] : (found.get(sessionId) ?? []),
    );
    await leaveMatches(ending, stores);
    const ids = ending.map((session) => session._id);
    await sessions.end(ids, new Date());
    await cache.putSessions(await sessions.find(ids));
    return done(undefined, refusalsOf(reasons));
  };

/** The live matches the sessions are in go on without their players. */
async function leaveMatches(ending: readonly SessionRecord[], stores: LeaveStores): Promise<void> {
  const playing = ending.filter((session) => session.status === 'IN_MATCH');
  for (const [matchId = '', leavers] of Map.groupBy(playing, (session) => session.match_id))
    await leaveMatch(
      matchId,
      leavers.map((session) => session.player_id),
      stores,
    );
}
