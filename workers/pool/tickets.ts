import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { TicketPlayer, TicketStatus } from '../../jobs/matchmaking/ticket.ts';
import { ticketCalls } from '../../jobs/matchmaking/ticket-calls.ts';
import type { Scripts } from './script.ts';

/** A reserved backfill ticket before it enters its pool. */
export interface Reservation {
  readonly ticketId: string;
  readonly status: TicketStatus;
  readonly configuration: string;
  /** JSON as the producer reserved it, checked again before it enters. */
  readonly players: string;
  readonly revision: string;
  /** The running match that wants players. */
  readonly fills?: string;
}

export interface LateReservation {
  readonly ticketId: string;
  /** Of its start job. */
  readonly jobId: string;
  /** As it was reserved. */
  readonly revision: string;
}

/** A ticket that fails: no match can hold it, or it cannot enter a pool. */
export interface Failing {
  readonly ticketId: string;
  /** That the worker saw: a ticket that has changed since is left alone. */
  readonly revision: string;
  /** One word. */
  readonly reason: string;
  readonly message: string;
}

/** A ticket with the ratings of its players, which it waited for. */
export interface Rated {
  readonly ticketId: string;
  readonly revision: string;
  readonly players: readonly TicketPlayer[];
}

/** The life of single tickets: one method per script, each atomic. */
export function openTickets(redis: Redis, keys: DomainKeys, script: Scripts) {
  const run = {
    rate: script<number[]>('rate'),
    refuse: script<string[]>('refuse'),
    expire: script<string[]>('expire'),
    move: script<number[]>('move'),
    overdueReservations: script<[number, string[]]>('overdue-reservations'),
  };

  return {
    /** Reservations by ticket id; `undefined` where there is none. */
    async reservations(ticketIds: readonly string[]): Promise<(Reservation | undefined)[]> {
      const rows = await Promise.all(
        ticketIds.map((id) =>
          redis.hmget(keys.ticket(id), 'status', 'configuration', 'players', 'revision', 'fills'),
        ),
      );
      return rows.map(([status, configuration, players, revision, fills], index) =>
        status && configuration && players
          ? {
              ticketId: ticketIds[index] ?? '',
              status: status as TicketStatus,
              configuration,
              players,
              revision: revision ?? '',
              ...(fills && { fills }),
            }
          : undefined,
      );
    },

    ...ticketCalls(script),

    /** Gives tickets the ratings they wait for, unless they have changed since. */
    rate: (tickets: readonly Rated[]): Promise<number[]> =>
      run.rate(...tickets.flatMap((it) => [it.ticketId, it.revision, JSON.stringify(it.players)])),

    /** Per ticket what `refuse.lua` says: `FAILED`, `changed`, the status it had, or `missing`. */
    refuse: (tickets: readonly Failing[]): Promise<string[]> =>
      run.refuse(...tickets.flatMap((it) => [it.ticketId, it.revision, it.reason, it.message])),

    /** How long (hours) ended tickets stay. */
    async keepEnded(hours: number): Promise<void> {
      await redis.set(keys.readable(), Math.ceil(hours * 3_600));
    },

    /** Times out those whose deadline has passed by fleet time; returns which. */
    expire: (ticketIds: readonly string[]): Promise<string[]> => run.expire(...ticketIds),

    /** Moves tickets that search in a pool to the pools they belong to. */
    move: (from: string, tickets: readonly { ticketId: string; pool: string }[]): Promise<number[]> =>
      run.move(from, ...tickets.flatMap((it) => [it.ticketId, it.pool])),

    /**
     * Backfill tickets reserved more than `ageMs` ago that have not entered, with the job that should have let them in. Those whose
     * request timeout is over are TIMED_OUT instead.
     */
    async overdueReservations(ageMs: number): Promise<{ timedOut: number; late: LateReservation[] }> {
      const [timedOut, flat] = await run.overdueReservations(ageMs, 1_000, 5_000);
      const late = Array.from({ length: flat.length / 3 }, (_, at) => ({
        ticketId: flat[3 * at] ?? '',
        jobId: flat[3 * at + 1] ?? '',
        revision: flat[3 * at + 2] ?? '',
      }));
      return { timedOut, late };
    },
  };
}
