import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { type Company, seatsOf } from '../../jobs/matchmaking/backfill.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import { readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import { matchDetail } from './match-detail.ts';

/** A ticket that nobody has decided here. */
export interface Waiting {
  readonly ticketId: string;
  /** Redis time when it was asked for, ms. */
  readonly startTime: number;
}

/** How a ticket ended by the record, and which of its id that was. */
export interface RecordedEnd {
  readonly ticketId: string;
  readonly sequence: number;
  readonly call: string;
  readonly status: 'FAILED' | 'CANCELLED' | 'TIMED_OUT';
  readonly reason: string;
  readonly message: string;
}

/** What it takes to compare this store with the record, after it may have gone back in time. */
export function openComparing(redis: Redis, keys: DomainKeys, script: BindScript) {
  const run = {
    uncompared: script<'' | [history: string, waited: string]>('uncompared'),
    compared: script<number>('compared'),
    endAgain: script<number[]>('end-again'),
    putBack: script<number>('put-back'),
  };

  return {
    /**
     * The history of the server with which this store waits to be compared, and for how long (ms);
     * `undefined`: it has been.
     */
    async uncompared(): Promise<{ history: string; waitedMs: number } | undefined> {
      const [history, waited] = (await run.uncompared()) || [];
      return history === undefined ? undefined : { history, waitedMs: Number(waited) };
    },

    /**
     * Notes that everything has been compared on this history, and lets cycles go on; `false`: it is another
     * by now.
     */
    compared: async (history: string): Promise<boolean> => (await run.compared(history)) === 1,

    /** Every pool that holds tickets. */
    async pools(): Promise<string[]> {
      const configurations = await redis.smembers(keys.configurations());
      return (await Promise.all(configurations.map((name) => redis.smembers(keys.pools(name))))).flat();
    },

    /** Tickets whose players are asked about a match. */
    async proposed(): Promise<Waiting[]> {
      const matches = await redis.zrange(keys.proposals(), '0', '-1');
      const lists = await Promise.all(matches.map((match) => redis.hget(keys.proposal(match), 'tickets')));
      const ids = lists.flatMap((list) =>
        (JSON.parse(list ?? '[]') as { ticketId: string }[]).map((it) => it.ticketId),
      );
      const texts = ids.length > 0 ? await redis.mget(ids.map(keys.ticket)) : [];
      return texts
        .map(readStoredTicket)
        .flatMap((it) => (it ? [{ ticketId: it.id, startTime: Number(it.start) }] : []));
    },

    /** Ends tickets that wait here as the record says that they ended. Returns how many. */
    async endAgain(ends: readonly RecordedEnd[]): Promise<number> {
      if (ends.length === 0) return 0;
      const ended = await run.endAgain(
        ...ends.flatMap((it) => [it.ticketId, it.sequence, it.call, it.status, it.reason, it.message]),
      );
      return ended.filter((code) => code === 1).length;
    },

    /**
     * Puts a match that is on record back into the outbox, with the call of each of its tickets, and what
     * finds it company; whether it took a ticket that was not decided here.
     */
    async putBack(match: CommittedMatch, calls: readonly string[], company?: Company): Promise<boolean> {
      const detail = matchDetail(match, { acceptanceRequired: false, ruleEvaluationMetrics: [] });
      const seats = new Map(seatsOf(match, company));
      const tickets = match.tickets.flatMap(({ ticketId, sequence, players }, index) => {
        const seated = players.flatMap(({ playerId }) => {
          const seat = ticketId === match.backfill?.ticketId ? undefined : seats.get(playerId);
          return seat === undefined ? [] : [playerId, seat];
        });
        return [ticketId, sequence, calls[index] ?? '', seated.length / 2, ...seated];
      });
      return (
        (await run.putBack(
          match.matchId,
          `start-match-${match.matchId}`,
          JSON.stringify(match),
          JSON.stringify(detail),
          company?.mostPlayers ?? '',
          company?.timeoutMs ?? '',
          match.tickets.length,
          ...tickets,
        )) === 1
      );
    },
  };
}
