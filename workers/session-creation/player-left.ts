import { done, refusalsOf } from '../../jobs/contract.ts';
import type { PlayerLeft } from '../../jobs/session-creation/player-left.ts';
import type { Handler } from '../handler.ts';
import type { SessionEndStores } from './end-session.ts';

/**
 * Takes players out of matches that go on: the match first, then their sessions, then the cache, each of which bears being
 * told again. Where the match is over the session is open already, and only the match remembers who left.
 */
export const leavePlayers =
  ({ sessions, matches, cache }: SessionEndStores): Handler<PlayerLeft> =>
  async (items, { actor }) => {
    const found = await matches.find(items.map((item) => item.matchId));
    const reasons = items.map(({ matchId, playerId }) => {
      const match = found.get(matchId);
      if (actor.kind === 'player' && actor.playerId !== playerId)
        return 'playerId: a player may leave only for themselves';
      if (!match) return `matchId: there is no match ${matchId}`;
      return match.teams.some((team) => team.playerIds.includes(playerId))
        ? undefined
        : `playerId: ${playerId} is not a player of match ${matchId}`;
    });
    const leaving = items.filter((_, index) => !reasons[index]);
    for (const [matchId, leavers] of Map.groupBy(leaving, (item) => item.matchId)) {
      const playerIds = leavers.map((item) => item.playerId);
      await matches.leave(matchId, playerIds);
      await cache.putSessions(await sessions.leave(matchId, playerIds, new Date()));
    }
    return done(undefined, refusalsOf(reasons));
  };
