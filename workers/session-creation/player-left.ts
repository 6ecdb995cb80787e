import { done, later, refusalsOf } from '../../jobs/contract.ts';
import type { PlayerLeft } from '../../jobs/session-creation/player-left.ts';
import type { Handler } from '../handler.ts';
import { playedTeams } from '../records/matches.ts';
import type { SessionEndStores } from './end-session.ts';
import { leaveMatch } from './leave-match.ts';

/** How long (ms) a leave waits for its match to start. */
const waitMs = 1_000;

/**
 * Takes players out of matches that go on: the match first, then their sessions, then the cache, each of which bears being
 * told again. Where the match is over the session is open already, and only the match remembers who left. A match that
 * was backfilled since goes on under another id, which they leave. One that waits in the outbox has yet to start: so do they.
 */
export const leavePlayers =
  (stores: SessionEndStores): Handler<PlayerLeft> =>
  async (reported, { actor }) => {
    const { sessions, matches, cache } = stores;
    const current = await matches.current(reported.map((item) => item.matchId));
    const items = reported.map((item) => ({ ...item, matchId: current.get(item.matchId) ?? item.matchId }));
    const starting = await stores.pool.decided(items.map((item) => item.matchId));
    if (starting.length > 0) return later(waitMs, 'the match has not started yet');
    const found = await matches.find(items.map((item) => item.matchId));
    const reasons = items.map(({ matchId, playerId }) => {
      const match = found.get(matchId);
      if (actor.kind === 'player' && actor.playerId !== playerId)
        return 'playerId: a player may leave only for themselves';
      if (!match) return `matchId: there is no match ${matchId}`;
      return playedTeams(match).some((team) => team.playerIds.includes(playerId))
        ? undefined
        : `playerId: ${playerId} is not a player of match ${matchId}`;
    });
    const leaving = items.filter((_, index) => !reasons[index]);
    for (const [matchId, leavers] of Map.groupBy(leaving, (item) => item.matchId)) {
      const playerIds = leavers.map((item) => item.playerId);
      await leaveMatch(matchId, playerIds, stores);
      await cache.putSessions(await sessions.leave(matchId, playerIds, new Date()));
    }
    return done(undefined, refusalsOf(reasons));
  };
