import type { Db } from 'mongodb';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { insertNew } from './insert-new.ts';

/** A document of `tickets`: a ticket that has ended, forgotten when it expires. */
export interface TicketRecord {
  readonly _id: string;
  /** The match it belongs to: no other can have it. Absent when it ended in none. */
  readonly match_id?: string;
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

  /** A ticket on record as ended without a match is claimed all the same: its store has forgotten that it ended. */
  const claimUnmatched = async (records: readonly TicketRecord[]): Promise<void> => {
    const claims = records.map(({ _id, ...claim }) => ({
      updateOne: {
        filter: { _id, match_id: { $exists: false } },
        update: { $set: claim, $unset: { reason: '' as const, message: '' as const } },
      },
    }));
    await tickets.bulkWrite(claims, { ordered: false });
  };

  const fail = async (matches: readonly CommittedMatch[]): Promise<void> => {
    if (matches.length === 0) return;
    const ids = matches.flatMap((match) => match.tickets.map((ticket) => ticket.ticketId));
    const theirs = { _id: { $in: ids }, match_id: { $in: matches.map((match) => match.matchId) } };
    await tickets.updateMany(theirs, { $set: { status: 'FAILED' } });
  };

  return {
    /** Marks the tickets of matches that cannot be played. */
    fail,

    /**
     * Writes each ticket with its match, the first match to do so wins. Returns the ids of matches that came second
     * for any of their tickets: a fence against a queue store that went back in time and decided again.
     */
    async claim(matches: readonly CommittedMatch[], now: Date): Promise<Set<string>> {
      const records = matches.flatMap((match) =>
        match.tickets.map((ticket) => ({
          _id: ticket.ticketId,
          match_id: match.matchId,
          configuration: match.configuration,
          status: 'COMPLETED' as const,
          player_ids: ticket.players.map((player) => player.playerId),
          start_time: new Date(ticket.startTime),
          ...lifeFrom(now),
        })),
      );
      const present = await insertNew(tickets, records);
      if (present.size === 0) return new Set();
      await claimUnmatched([...present].flatMap((index) => records[index] ?? []));
      const wanted = new Map(
        [...present].flatMap((index) => {
          const record = records[index];
          return record ? [[record._id, record.match_id] as const] : [];
        }),
      );
      const stored = await tickets
        .find({ _id: { $in: [...wanted.keys()] } }, { batchSize: wanted.size + 1 })
        .toArray();
      const late = stored.filter((record) => record.match_id !== wanted.get(record._id));
      const losers = new Set(late.flatMap((record) => wanted.get(record._id) ?? []));
      await fail(matches.filter((match) => losers.has(match.matchId)));
      return losers;
    },

    /**
     * Writes endings that are not on record, each once. A ticket that was claimed before its match failed is told so; whose
     * match it is never changes.
     */
    async record(endings: readonly Ending[]): Promise<void> {
      const present = await insertNew(
        tickets,
        endings.map(
          ({ ticketId, status, configuration, matchId, playerIds, startTime, endTime, ...why }) => ({
            _id: ticketId,
            ...(matchId !== undefined && { match_id: matchId }),
            configuration,
            status,
            ...why,
            player_ids: playerIds,
            start_time: new Date(startTime),
            ...lifeFrom(new Date(endTime)),
          }),
        ),
      );
      const failed = [...present].flatMap((index) => {
        const ending = endings[index];
        if (ending?.status !== 'FAILED' || ending.matchId === undefined) return [];
        const { ticketId, matchId, status, reason, message } = ending;
        const claimed = { _id: ticketId, match_id: matchId, status: 'COMPLETED' as const };
        return [{ updateOne: { filter: claimed, update: { $set: { status, reason, message } } } }];
      });
      if (failed.length > 0) await tickets.bulkWrite(failed, { ordered: false });
    },
  };
}
