import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import type { Configurations } from '../pool/configurations.ts';
import type { Settlement } from '../pool/outbox.ts';
import type { Pool } from '../pool/pool.ts';
import type { Matches, MatchRecord } from '../records/matches.ts';
import type { Boarding, Sessions } from '../records/sessions.ts';
import type { Tickets } from '../records/tickets.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';
import { backfillOf } from './continued.ts';

export interface SettleStores {
  readonly pool: Pick<Pool, 'settle'>;
  readonly tickets: Pick<Tickets, 'fail'>;
  readonly matches: Pick<Matches, 'goOnAlone'>;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly installed: Configurations;
}

/** A decided match, and what is stored of it. */
interface Stored {
  readonly match: CommittedMatch;
  readonly record: MatchRecord;
}

/** Lets everything follow the record: claims, running matches, sessions, and last the queue. Returns how many matches start. */
export async function settleStored(
  decided: readonly CommittedMatch[],
  records: ReadonlyMap<string, MatchRecord>,
  stores: SettleStores,
  now: Date,
): Promise<number> {
  const { tickets, matches, sessions, cache, pool } = stores;
  const stored = decided.flatMap((match): Stored[] => {
    const record = records.get(match.matchId);
    return record ? [{ match, record }] : [];
  });
  const failed = stored.filter(({ record }) => record.status === 'FAILED').map(({ match }) => match);
  const started = stored.filter(({ record }) => record.status === 'COMPLETED');
  if (failed.length > 0) {
    await tickets.fail(failed);
    await matches.goOnAlone(
      failed.flatMap(({ matchId, backfill }) => (backfill ? [[backfill.matchId, matchId] as const] : [])),
    );
  }
  if (started.length > 0) await cache.putSessions(await sessions.board(started.flatMap(boardings), now));
  await pool.settle(await Promise.all(stored.map((each) => settlementOf(each, stores))));
  return started.length;
}

async function settlementOf(
  { match, record }: Stored,
  { installed }: Pick<SettleStores, 'installed'>,
): Promise<Settlement> {
  const { status, reason = '', message = '', teams, left = [], game_session: gameSession } = record;
  if (status === 'FAILED') return { match, status, reason, message };
  const automatic = await backfillOf({ ...record, matchId: record._id }, left, installed);
  return { match: { ...match, teams }, status, reason: '', message: '', gameSession, automatic };
}

/** Who goes into a match; who is playing already moves on with it, whoever has left stays out. */
const boardings = ({ match, record }: Stored): Boarding[] =>
  match.tickets.flatMap((ticket) => {
    const playing = ticket.ticketId === match.backfill?.ticketId;
    return ticket.players
      .filter(({ playerId }) => !record.left?.includes(playerId))
      .map(({ playerId, sessionId }) => ({
        playerId,
        sessionId,
        matchId: match.matchId,
        matchAt: match.asOf,
        ...(playing && { fromMatch: match.backfill?.matchId }),
      }));
  });
