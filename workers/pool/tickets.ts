import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { TicketPlayer, TicketStatus } from '../../jobs/matchmaking/ticket.ts';
import type { Scripts } from './script.ts';

/** A reserved ticket before it enters its pool. */
export interface Reservation {
  readonly ticketId: string;
  readonly status: TicketStatus;
  readonly configuration: string;
  /** JSON as the producer reserved it, checked again before it enters. */
  readonly players: string;
  /** Who asked for it, as JSON; empty once it has ended. */
  readonly actor: string;
  /** Of a backfill ticket: the running match that wants players. */
  readonly fills?: string;
}

export interface LateReservation {
  readonly ticketId: string;
  /** Of its start job. */
  readonly jobId: string;
  readonly backfill: boolean;
}

export interface Entering {
  readonly ticketId: string;
  readonly pool: string;
  readonly timeoutMs: number;
  readonly players: readonly TicketPlayer[];
  /** How long (ms) tickets of its configuration have waited lately, as its event tells; absent: nobody knows. */
  readonly estimatedWait?: number | undefined;
}

/** The life of single tickets: one method per script, each atomic. */
export function openTickets(redis: Redis, keys: DomainKeys, script: Scripts) {
  const run = {
    enter: script<string[]>('enter'),
    stop: script<string>('stop'),
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
          redis.hmget(keys.ticket(id), 'status', 'configuration', 'players', 'actor', 'fills'),
        ),
      );
      return rows.map(([status, configuration, players, actor, fills], index) =>
        status && configuration && players
          ? {
              ticketId: ticketIds[index] ?? '',
              status: status as TicketStatus,
              configuration,
              players,
              actor: actor ?? '',
              ...(fills && { fills }),
            }
          : undefined,
      );
    },

    /** The player ids of a party's ticket, `undefined` when there is none: a backfill ticket is its match's, not its players'. */
    async roster(ticketId: string): Promise<readonly string[] | undefined> {
      const [roster, fills] = await redis.hmget(keys.ticket(ticketId), 'roster', 'fills');
      return roster && !fills
        ? (JSON.parse(roster) as { playerId: string }[]).map((it) => it.playerId)
        : undefined;
    },

    /** Per ticket what `enter.lua` says: `entered`, `superseded`, `placing:<player>`, a status, or `missing`. */
    enter: (tickets: readonly Entering[]): Promise<string[]> =>
      run.enter(
        ...tickets.flatMap((it) => [
          it.ticketId,
          it.pool,
          it.timeoutMs,
          JSON.stringify(it.players),
          it.estimatedWait ?? '',
        ]),
      ),

    /** `cancelled`, `marked`, `too-late`, or the terminal status it had. */
    stop: (ticketId: string): Promise<string> => run.stop(ticketId),

    /** Fails tickets still QUEUED; per ticket the status it has now, or `missing`. */
    refuse: (tickets: readonly { ticketId: string; reason: string; message: string }[]): Promise<string[]> =>
      run.refuse(...tickets.flatMap((it) => [it.ticketId, it.reason, it.message])),

    /** Times out those whose deadline has passed by Redis time; returns which. */
    expire: (ticketIds: readonly string[]): Promise<string[]> => run.expire(...ticketIds),

    /** Moves tickets that search in a pool to the pools they belong to. */
    move: (from: string, tickets: readonly { ticketId: string; pool: string }[]): Promise<number[]> =>
      run.move(from, ...tickets.flatMap((it) => [it.ticketId, it.pool])),

    /**
     * Tickets reserved more than `ageMs` ago that have not entered, with the job that should have let them in. Those whose
     * request timeout is over are TIMED_OUT instead.
     */
    async overdueReservations(ageMs: number): Promise<{ timedOut: number; late: LateReservation[] }> {
      const [timedOut, flat] = await run.overdueReservations(ageMs, 1_000, 5_000);
      const late = Array.from({ length: flat.length / 3 }, (_, at) => ({
        ticketId: flat[3 * at] ?? '',
        jobId: flat[3 * at + 1] ?? '',
        backfill: flat[3 * at + 2] !== '',
      }));
      return { timedOut, late };
    },
  };
}
