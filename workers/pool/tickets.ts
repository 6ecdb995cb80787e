import { ticketCalls } from '../../jobs/matchmaking/ticket-calls.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';

/** A ticket that fails: no match can hold it. */
export interface Failing {
  readonly ticketId: string;
  /** That the worker saw: a ticket that has changed since is left alone. */
  readonly revision: number;
  /** One word. */
  readonly reason: string;
  readonly message: string;
}

/** A ticket with the ratings of its players, which it waited for. */
export interface Rated {
  readonly ticketId: string;
  readonly revision: number;
  readonly players: readonly TicketPlayer[];
  /** Of a backfill ticket. */
  readonly fills?: string | undefined;
}

/**
 * How long (ms) tickets can be read here once they have ended: those on record, and those that the record
 * refuses.
 */
export interface Readable {
  readonly readableMs: number;
  readonly refusedReadableMs: number;
}

/** Tickets forgotten by one script call: some milliseconds. */
const forgottenAtOnce = 500;

/** The life of single tickets: one method per script, each atomic. */
export function openTickets(script: BindScript) {
  const run = {
    rate: script<number[]>('rate'),
    refuse: script<string[]>('refuse'),
    expire: script<string[]>('expire'),
    move: script<number[]>('move'),
    forgetTickets: script<[number, number]>('forget-tickets'),
  };

  return {
    ...ticketCalls(script),

    /** Gives tickets the ratings they wait for, unless they have changed since. */
    rate: (tickets: readonly Rated[]): Promise<number[]> =>
      run.rate(
        ...tickets.flatMap(({ ticketId, revision, players, fills }) => {
          const listed = fills ? players.flatMap((it) => [it.playerId, JSON.stringify(it)]) : [];
          return [ticketId, revision, JSON.stringify(players), listed.length / 2, ...listed];
        }),
      ),

    /** Per ticket what `refuse.lua` says: `FAILED`, `changed`, the status it had, or `missing`. */
    refuse: (tickets: readonly Failing[]): Promise<string[]> =>
      run.refuse(...tickets.flatMap((it) => [it.ticketId, it.revision, it.reason, it.message])),

    /**
     * Forgets tickets that ended long enough ago and are on record, step by step, until none is left or
     * `signal` says so. `follower`: who puts them there. Returns how many.
     */
    async forgetTickets(
      follower: string,
      { readableMs, refusedReadableMs }: Readable,
      signal: AbortSignal,
    ): Promise<number> {
      let forgotten = 0;
      for (let more = 1; more === 1 && !signal.aborted; ) {
        const [now, still] = await run.forgetTickets(
          follower,
          readableMs,
          refusedReadableMs,
          forgottenAtOnce,
        );
        forgotten += now;
        more = still;
      }
      return forgotten;
    },

    /** Times out those whose deadline has passed by fleet time; returns which. */
    expire: (ticketIds: readonly string[]): Promise<string[]> => run.expire(...ticketIds),

    /** Moves tickets that search in a pool to the pools they belong to. */
    move: (from: string, tickets: readonly { ticketId: string; pool: string }[]): Promise<number[]> =>
      run.move(from, ...tickets.flatMap((it) => [it.ticketId, it.pool])),
  };
}
