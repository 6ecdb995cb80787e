import type { Db } from 'mongodb';
import { type Claim, claimMs } from '../../jobs/matchmaking/claim.ts';
import { openClaims } from './claims.ts';
import { insertEach } from './insert-new.ts';

/** A document of `tickets`: the latest ticket of an id that has ended, forgotten when it expires. */
export interface TicketRecord extends Claim {
  readonly _id: string;
  readonly configuration: string;
  readonly status: 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'TIMED_OUT';
  readonly reason?: string;
  readonly message?: string;
  readonly player_ids: readonly string[];
  readonly start_time: Date;
  readonly ended_at: Date;
  readonly expires_at: Date;
}

/** A ticket that ended without a match, or with one that could not be started. Times in ms. */
export interface Ending {
  readonly ticketId: string;
  readonly status: 'FAILED' | 'CANCELLED' | 'TIMED_OUT';
  readonly configuration: string;
  readonly matchId?: string;
  readonly playerIds: readonly string[];
  readonly startTime: number;
  readonly endTime: number;
  readonly reason: string;
  readonly message: string;
}

export type Tickets = ReturnType<typeof openTickets>;

export const defaultTicketDays = 30;

const dayMs = 24 * 3_600_000;

/** `days`: how long a ticket that has ended stays on record. */
export function openTickets(db: Db, days = defaultTicketDays) {
  const tickets = db.collection<TicketRecord>('tickets');
  const lifeFrom = (end: Date) => ({ ended_at: end, expires_at: new Date(end.getTime() + days * dayMs) });

  const toRecord = ({
    ticketId,
    status,
    configuration,
    matchId,
    playerIds,
    startTime,
    endTime,
    ...why
  }: Ending): TicketRecord => ({
    _id: ticketId,
    ...(matchId !== undefined && { match_id: matchId, decided_at: endTime }),
    configuration,
    status,
    ...why,
    player_ids: playerIds,
    start_time: new Date(startTime),
    ...lifeFrom(new Date(endTime)),
  });

  return {
    ...openClaims(tickets, lifeFrom),

    /**
     * Writes endings, each once. A ticket that was claimed before its match failed is told so, and whose it is does not
     * change. An ending takes the place of what an older ticket of its id left, but for a claim that is young. Returns the
     * endings that the record refuses, and why.
     */
    async record(endings: readonly Ending[]): Promise<{ ticketId: string; reason: string }[]> {
      const records = endings.map(toRecord);
      const { present, refused } = await insertEach(tickets, records);
      const changes = [...present].flatMap((index) => {
        const record = records[index];
        return record ? [...failClaim(record), ...replaceOlder(record)] : [];
      });
      if (changes.length > 0) await tickets.bulkWrite(changes, { ordered: false });
      return [...refused].map(([index, reason]) => ({ ticketId: records[index]?._id ?? '', reason }));
    },
  };
}

function failClaim({ _id, match_id, status, reason, message }: TicketRecord) {
  if (match_id === undefined || status !== 'FAILED') return [];
  const claimed = { _id, match_id, reason: { $exists: false } };
  return [
    {
      updateOne: {
        filter: claimed,
        update: { $set: { status, ...(reason && { reason }), ...(message && { message }) } },
      },
    },
  ];
}

function replaceOlder(record: TicketRecord) {
  const { _id, start_time, ended_at } = record;
  const old = [{ match_id: { $exists: false } }, { decided_at: { $lt: ended_at.getTime() - claimMs } }];
  return [
    { replaceOne: { filter: { _id, start_time: { $lt: start_time }, $or: old }, replacement: record } },
  ];
}
