import type { Db } from 'mongodb';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { insertNew } from './insert-new.ts';

/** A document of `tickets`: a ticket that ended in a match, kept 30 days. */
export interface TicketRecord {
  readonly _id: string;
  readonly match_id: string;
  readonly configuration: string;
  readonly status: 'COMPLETED' | 'FAILED';
  readonly player_ids: readonly string[];
  readonly start_time: Date;
  readonly ended_at: Date;
}

export type Tickets = ReturnType<typeof openTickets>;

export function openTickets(db: Db) {
  const tickets = db.collection<TicketRecord>('tickets');

  const fail = async (matchIds: readonly string[]): Promise<void> => {
    if (matchIds.length > 0)
      await tickets.updateMany({ match_id: { $in: [...matchIds] } }, { $set: { status: 'FAILED' } });
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
          ended_at: now,
        })),
      );
      const present = await insertNew(tickets, records);
      if (present.size === 0) return new Set();
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
      await fail([...losers]);
      return losers;
    },
  };
}
