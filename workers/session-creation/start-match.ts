import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { defaultSettings } from '../../jobs/rating-update/ladder.ts';
import { newcomer, winChances } from '../../jobs/rating-update/rating.ts';
import type { startMatch } from '../../jobs/session-creation/start-match.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Ladders } from '../records/ladders.ts';
import type { Matches } from '../records/matches.ts';
import type { Players } from '../records/players.ts';
import type { Sessions } from '../records/sessions.ts';
import type { Tickets } from '../records/tickets.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface StartMatchStores {
  readonly tickets: Tickets;
  readonly matches: Matches;
  readonly ladders: Ladders;
  readonly players: Players;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly pool: Pool;
}

/**
 * Gives decided matches their effect. Tickets are claimed first, the outbox entry goes last: whatever dies between, the
 * entry is still there and the beat hands the match over again. Sessions board before the match is stored, so that a
 * result, which needs the stored match, finds them in it.
 */
export const startMatches =
  (stores: StartMatchStores): Handler<z.output<typeof startMatch.item>> =>
  async (items) => {
    const { tickets, matches, sessions, cache, pool } = stores;
    const decided = await pool.decided(items.map((item) => item.matchId));
    if (decided.length === 0) return done({ started: 0 });
    const now = new Date();
    const [losers, chances] = await Promise.all([tickets.claim(decided, now), predict(decided, stores)]);
    const started = decided.filter((match) => !losers.has(match.matchId));
    await cache.putSessions(await sessions.board(started.flatMap(boardings), now));
    await matches.create(
      decided.map((match) => ({
        match,
        chances: chances.get(match.matchId),
        status: losers.has(match.matchId) ? 'FAILED' : 'COMPLETED',
      })),
      now,
    );
    await pool.settle(
      decided.map((match) =>
        losers.has(match.matchId)
          ? {
              match,
              status: 'FAILED',
              reason: 'TicketInAnotherMatch',
              message: 'A ticket of this match already belongs to another match.',
            }
          : { match, status: 'COMPLETED', reason: '', message: '' },
      ),
    );
    return done({ started: started.length });
  };

/** Each team's chance to win, by match: what the players' ratings say before it is played. */
async function predict(
  committed: readonly CommittedMatch[],
  { ladders, players }: StartMatchStores,
): Promise<Map<string, number[]>> {
  const playerIds = committed.flatMap((match) => match.teams.flatMap((team) => team.playerIds));
  const [ladderOf, found] = await Promise.all([
    ladders.read(committed.map((match) => match.ladder)),
    players.find([...new Set(playerIds)]),
  ]);
  return new Map(
    committed.map(({ matchId, ladder, now, teams }) => {
      const { season = 0, settings = defaultSettings } = ladderOf.get(ladder) ?? {};
      const contenders = teams.map((team) =>
        team.playerIds.map((playerId) => ({
          playerId,
          rating: found.get(playerId)?.ratings[ladder] ?? newcomer,
        })),
      );
      return [matchId, winChances(contenders, { at: now, season }, settings)];
    }),
  );
}

const boardings = (match: CommittedMatch) =>
  match.tickets.flatMap((ticket) =>
    ticket.players.map(({ playerId, sessionId }) => ({
      playerId,
      sessionId,
      matchId: match.matchId,
      matchAt: match.now,
    })),
  );
