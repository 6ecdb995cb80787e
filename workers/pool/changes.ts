import type { Clock } from '../../jobs/fleet-time.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';
import { playersOf, readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';

/** A ticket as a mirror holds it: what the engine reads, and what a commit is checked against. */
export interface PooledTicket extends SearchingTicket {
  readonly sequence: number;
  /** Redis time when it was asked for, ms. */
  readonly startTime: number;
  /** Grows with every change of the ticket; a commit formed from an older one is refused. */
  readonly revision: number;
  /** When it times out, fleet time in ms. */
  readonly deadline: number;
  /** Its players' ratings have to be read before it can be matched. */
  readonly unrated: boolean;
  /** Of a backfill ticket: the running match that wants players. */
  readonly fills?: string;
  /** Header of the trace its start call belonged to. */
  readonly trace?: string;
  /** Length of its players as text: what it takes in memory goes with it. */
  readonly length: number;
}

export type Change =
  | { readonly kind: 'entered'; readonly ticket: PooledTicket }
  | { readonly kind: 'left'; readonly ticketId: string };

/** Both times of one moment: `now` is fleet time. */
export interface CatchUp extends Clock {
  /** Id of the pool's latest change. */
  readonly latest: string;
  /**
   * Whether changes after the position are missing: they were forgotten, or a failover put others in their
   * place.
   */
  readonly gap: boolean;
  /** Version of the configuration in force, 0 when there is none. */
  readonly version: number;
  /** Since when an operator has paused the configuration, Redis time in ms; absent: it runs. */
  readonly pausedSince?: number;
  /**
   * The store has not been compared with the record yet, so no match can be decided; told to a cycle alone.
   */
  readonly uncompared: boolean;
  /** Questions about its tickets that wait for an answer. */
  readonly questions: number;
  /** Tickets that were started since the pool's last cycle began, where this one begins; else 0. */
  readonly arrived: number;
  /** Matches that their players' last acceptance decided, for this cycle to hand over, where it begins. */
  readonly accepted: readonly Accepted[];
  /** Tickets that left together share an id. */
  readonly changes: readonly { readonly id: string; readonly all: readonly Change[] }[];
}

/** A match that its players have accepted, and the start-match job that will carry it. */
export interface Accepted {
  readonly matchId: string;
  readonly jobId: string;
  /** When it was decided, fleet time in ms. */
  readonly decidedAt: number;
}

/** A pool as a worker saw it in its last cycle. */
export interface Seen extends Pick<CatchUp, 'version' | 'pausedSince'> {
  readonly configuration: string;
  /** Id of the last change. */
  readonly position: string;
}

/** How a cycle stands that catches up: from it scripts tell how far matchmaking is behind. */
export interface CycleState {
  /** It is its first call. */
  readonly begins: boolean;
  /** It has read its pool to the end. */
  readonly whole: boolean;
}

/** What happens to a pool, for the mirrors of it: whole pages, the changes since, and when to look again. */
export function openChanges(script: BindScript) {
  const run = {
    catchUp:
      script<
        [
          string,
          string,
          string,
          number,
          string,
          string,
          number,
          [string, string[]][],
          string | null,
          string[],
          number,
        ]
      >('catch-up'),
    readPool: script<[string, string, string[]]>('read-pool'),
    beginCycle: script<string>('begin-cycle'),
    rest: script<number>('rest'),
  };

  return {
    /**
     * The time, the configuration in force, and at most `most` changes after `position`, for a cycle or,
     * without one, for somebody who only looks.
     */
    async catchUp(
      pool: string,
      configuration: string,
      position: string,
      most: number,
      cycle?: CycleState,
    ): Promise<CatchUp> {
      const [now, time, latest, gap, version, paused, questions, entries, arrived, flat, uncompared] =
        await run.catchUp(
          pool,
          configuration,
          position,
          most,
          ...(cycle ? [Number(cycle.begins), Number(cycle.whole)] : ['', '']),
        );
      const changes = entries.map(([id, fields]) => ({
        id,
        all: readChanges(fields),
      }));
      return {
        now: Number(now),
        time: Number(time),
        latest,
        gap: gap === 1,
        version: Number(version),
        ...(paused && { pausedSince: Number(paused) }),
        uncompared: uncompared === 1,
        questions,
        arrived: Number(arrived ?? 0),
        accepted: Array.from({ length: flat.length / 3 }, (_, index) => ({
          matchId: flat[3 * index] ?? '',
          jobId: flat[3 * index + 1] ?? '',
          decidedAt: Number(flat[3 * index + 2]),
        })),
        changes,
      };
    },

    /**
     * One page of the pool in sequence order, and the id of the latest change when it was read. `last`: the
     * sequence to go on after; `undefined` at the pool's end.
     */
    async readPool(
      pool: string,
      after: number,
      most: number,
    ): Promise<{ latest: string; last: number | undefined; tickets: PooledTicket[] }> {
      const [latest, last, tickets] = await run.readPool(pool, after, most);
      return { latest, last: last === '' ? undefined : Number(last), tickets: tickets.flatMap(toPooled) };
    },

    /**
     * Lets a cycle of the pool begin, unless the last one began less than `intervalMs` ago, whichever worker
     * ran it: then it returns from when on (fleet time in ms) the next one may.
     */
    async beginCycle(pool: string, intervalMs: number): Promise<number | undefined> {
      const from = await run.beginCycle(pool, intervalMs);
      return from === '' ? undefined : Number(from);
    },

    /**
     * Nothing to do in the pool until `nextChange` (fleet time in ms; absent: until an arrival), unless it or
     * its configuration is not what the worker `saw`: then it is due at once, and `false` is returned.
     * `short`: it could not decide all it formed, so it is behind as before.
     */
    async rest(pool: string, saw: Seen, nextChange: number | undefined, short = false): Promise<boolean> {
      const { position, configuration, version, pausedSince = '' } = saw;
      const next = nextChange === undefined ? '' : Math.ceil(nextChange);
      return (await run.rest(pool, position, next, configuration, version, pausedSince, Number(short))) === 1;
    },
  };
}

/** After `p`: `left <ticket id>` and `entered <ticket as stored>`, as often as that happened, in order. */
function readChanges([, , ...fields]: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const value = fields[at + 1] ?? '';
    if (fields[at] === 'left') changes.push({ kind: 'left', ticketId: value });
    else for (const ticket of toPooled(value)) changes.push({ kind: 'entered', ticket });
  }
  return changes;
}

/** Nothing for what is no ticket. */
function toPooled(text: string): PooledTicket[] {
  const stored = readStoredTicket(text);
  if (!stored) return [];
  const { id, sequence, revision, start, since, deadline, players, fills, trace, unrated } = stored;
  return [
    {
      ticketId: id,
      sequence: Number(sequence),
      revision: Number(revision),
      startTime: Number(start),
      since: Number(since),
      deadline: Number(deadline),
      players: playersOf(stored),
      length: players.length,
      unrated: unrated === '1',
      ...(fills && { backfill: true, fills }),
      ...(trace && { trace }),
    },
  ];
}
