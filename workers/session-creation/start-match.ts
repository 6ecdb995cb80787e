import { done } from '../../jobs/contract.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Matches } from '../records/matches.ts';
import type { Sessions } from '../records/sessions.ts';
import type { Tickets } from '../records/tickets.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface StartMatchStores {
  readonly tickets: Tickets;
  readonly matches: Matches;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly pool: Pool;
}

/**
 * Gives committed matches their effect. Tickets are claimed first, the outbox entry goes last: whatever dies between,
 * the entry is still there and the beat hands the match over again.
 */
export const startMatches =
  ({ tickets, matches, sessions, cache, pool }: StartMatchStores): Handler<CommittedMatch> =>
  async (committed) => {
    const now = new Date();
    const losers = await tickets.claim(committed, now);
    const started = committed.filter((match) => !losers.has(match.matchId));
    await matches.create(
      committed.map((match) => ({
        match,
        status: losers.has(match.matchId) ? 'FAILED' : 'COMPLETED',
      })),
      now,
    );
    await cache.putSessions(await sessions.board(started.flatMap(boardings), now));
    await pool.settle(
      committed.map((match) =>
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

const boardings = (match: CommittedMatch) =>
  match.tickets.flatMap((ticket) =>
    ticket.players.map(({ playerId, sessionId }) => ({
      playerId,
      sessionId,
      matchId: match.matchId,
      matchAt: match.now,
    })),
  );
