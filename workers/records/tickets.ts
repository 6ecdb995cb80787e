import type { Db } from 'mongodb';
import { defaultReadableMs } from '../../jobs/matchmaking/claim.ts';
import type { Ending } from '../../jobs/ticket/ending.ts';
import { recentOpponents, withoutRecentOpponents } from '../../jobs/ticket/recent-opponents.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import { openClaims } from './claims.ts';
import { openTicketDays, type Started } from './ticket-days.ts';
import type { TicketRecord } from './ticket-record.ts';
import { insertEach, updateEach } from './write-each.ts';

export type Tickets = ReturnType<typeof openTickets>;

/** `readableMs`: how long ended tickets stay in the queue store, and a claim its ticket's id with it. */
export function openTickets(db: Db, readableMs = defaultReadableMs) {
  const days = openTicketDays(db);

  /**
   * What an ending takes the place of: what an older ticket of its id left, or an older store, but for a
   * claim that is young.
   */
  const replacing = (record: TicketRecord) => {
    const { _id, status, match_id, start_time, ended_at } = record;
    const giveWay = [
      { status: { $ne: 'COMPLETED' as const } },
      { decided_at: { $lt: ended_at.getTime() - readableMs } },
      ...(status === 'FAILED' && match_id !== undefined ? [{ match_id }] : []),
    ];
    return {
      replaceOne: { filter: { _id, start_time: { $lte: start_time }, $or: giveWay }, replacement: record },
    };
  };

  return {
    ...openClaims(days, readableMs),

    find: days.find,

    /** What is on record of these tickets. Whether the match that one names is stored it does not say. */
    async recorded(tickets: readonly Started[]): Promise<TicketRecord[]> {
      const heldFor = await days.read(tickets);
      return tickets.flatMap((ticket) => heldFor(ticket) ?? []);
    },

    drop: days.drop,

    /**
     * Writes endings, each once. A ticket that was claimed before its match failed is told so, and whose it
     * is does not change. Returns the endings that the record refuses, and why.
     */
    async record(endings: readonly Ending[]): Promise<{ ticketId: string; reason: string }[]> {
      const records = endings.map(toRecord);
      const inserted = await days.write(records, insertEach);
      const present = [...inserted.present].flatMap((index) => records[index] ?? []);
      const replaced = await days.write(present, (collection, some) =>
        updateEach(collection, some.map(replacing)),
      );
      const refusedOf = (all: readonly TicketRecord[], refused: ReadonlyMap<number, string>) =>
        [...refused].map(([index, reason]) => ({ ticketId: all[index]?._id ?? '', reason }));
      return [...refusedOf(records, inserted.refused), ...refusedOf(present, replaced.refused)];
    },
  };
}

/** Without the ids of others, by which an erased player would still be named. */
function withoutOpponents(players: string): string {
  if (!players.includes(recentOpponents)) return players;
  return JSON.stringify((JSON.parse(players) as TicketPlayer[]).map(withoutRecentOpponents));
}

function toRecord(ending: Ending): TicketRecord {
  const { ticketId, status, configuration, matchId, fills, sequence, call, players, playerIds } = ending;
  const { startTime, endTime, reason, message } = ending;
  return {
    _id: ticketId,
    ...(matchId !== undefined && { match_id: matchId, decided_at: endTime }),
    sequence,
    ...(call !== undefined && { call }),
    configuration,
    status,
    ...{ reason, message },
    ...(fills !== undefined && { fills }),
    ...(players !== undefined && { players: withoutOpponents(players) }),
    player_ids: playerIds,
    start_time: new Date(startTime),
    ended_at: new Date(endTime),
  };
}
