import type { CommittedMatch } from '../../jobs/match/match.ts';
import { playerLeft } from '../../jobs/session-creation/jobs.ts';
import type { Settlement } from '../pool/outbox.ts';
import type { Pool } from '../pool/pool.ts';
import type { MatchRecord } from '../records/match-record.ts';
import type { Matches } from '../records/matches.ts';
import type { Tickets } from '../records/tickets.ts';
import type { Queues } from '../runtime/enqueue.ts';

export interface SettleStores {
  readonly pool: Pick<Pool, 'matches'>;
  readonly tickets: Pick<Tickets, 'fail'>;
  readonly matches: Pick<Matches, 'goOnAlone'>;
  readonly queues: Pick<Queues, 'enqueue'>;
}

/** Why a match is FAILED that should go on from one that is over. */
export const matchOver = 'MatchOver';

/** A decided match, and what is stored of it. */
interface Stored {
  readonly match: CommittedMatch;
  readonly record: MatchRecord;
}

/**
 * Lets everything follow the record: claims, running matches, and last the queue. Earlier matches that
 * players left for these follow by jobs of their own, since they may not be settled yet. Returns how many
 * matches start.
 */
export async function settleStored(
  decided: readonly CommittedMatch[],
  records: ReadonlyMap<string, MatchRecord>,
  stores: SettleStores,
): Promise<number> {
  const { tickets, matches, pool, queues } = stores;
  const stored = decided.flatMap((match): Stored[] => {
    const record = records.get(match.matchId);
    return record ? [{ match, record }] : [];
  });
  const failed = stored.filter(({ record }) => record.status === 'FAILED').map(({ match }) => match);
  if (failed.length > 0) {
    await tickets.fail(failed);
    await matches.goOnAlone(
      failed.flatMap(({ matchId, backfill }) => (backfill ? [[backfill.matchId, matchId] as const] : [])),
    );
  }
  for (const { matchId, leaves = [] } of decided) {
    const items = leaves.flatMap((it) =>
      it.playerIds.map((playerId) => ({ matchId: it.matchId, playerId, isOut: true })),
    );
    if (items.length > 0)
      await queues.enqueue({ job: playerLeft, items, options: { jobId: `left-for-${matchId}` } });
  }
  await pool.matches.settle(stored.map(settlementOf));
  return stored.length - failed.length;
}

/** One that is put back, since the queue lost it, may have ended or gone on by now. */
const isOver = ({ result, succeeded_by }: MatchRecord): boolean =>
  result !== undefined || succeeded_by !== undefined;

function settlementOf({ match, record }: Stored): Settlement {
  const { status, reason = '', message = '', teams, game_session: gameSession } = record;
  if (status !== 'FAILED')
    return {
      match: { ...match, teams },
      status,
      reason: '',
      message: '',
      gameSession,
      isOver: isOver(record),
    };
  const failure = { status, reason, message, isOver: reason === matchOver };
  if (record.failing === undefined) return { match, ...failure };
  const failing = new Set(record.failing);
  const { true: ending = [], false: others = [] } = Object.groupBy(
    match.tickets,
    (it) => `${failing.has(it.ticketId)}`,
  );
  return { match: { ...match, tickets: ending }, again: others.map((it) => it.ticketId), ...failure };
}
