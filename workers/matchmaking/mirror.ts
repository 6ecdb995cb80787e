import { idNumber, noId } from '../../jobs/chain.ts';
import { configurationOf } from '../../jobs/configuration/pool-name.ts';
import type { Accepted, CatchUp, Change, PooledTicket } from '../pool/changes.ts';
import type { Pool } from '../pool/pool.ts';
import { openEngineView } from './engine-view.ts';

/** Changes read in one step; a mirror further behind takes several before its next cycle. */
const changesPerStep = 2_000;
/**
 * Of a pool so many pages are read before a cycle goes on with them, its oldest tickets; more come before the
 * next. When Redis has all it can do, each page takes tenths of a second.
 */
const reading = { ticketsPerPage: 1_000, pagesAtOnce: 8 };

/**
 * About what a ticket takes in memory, the engine's view of it included: some 1.5 KB for one player. Parsed,
 * players take twice their text where they are few, less where they are many (measured).
 */
const bytesOf = ({ length }: PooledTicket): number => 1_200 + 2 * length;

export type Mirror = ReturnType<typeof openMirror>;

/**
 * A pool's tickets in this process's memory: a cache fed by the pool's change stream, with the engine's view
 * of them beside it. It may be behind at any time, and of a large pool hold no more than the oldest yet; a
 * commit formed from what it shows is checked against the tickets themselves. One cycle at a time may use it.
 */
export function openMirror(pool: Pool, name: string, { ticketsPerPage, pagesAtOnce } = reading) {
  const tickets = new Map<string, PooledTicket>();
  const refused = new Set<string>();
  const configuration = configurationOf(name);
  const view = openEngineView(tickets);
  let position: string | undefined;
  /** Sequence of the last ticket read of a pool that is not read whole yet. */
  let readTo: number | undefined = 0;
  let bytes = 0;

  const take = (ticketId: string) => {
    const known = tickets.get(ticketId);
    if (known) bytes -= bytesOf(known);
    tickets.delete(ticketId);
    view.remove(ticketId);
  };
  const put = (ticket: PooledTicket) => {
    take(ticket.ticketId);
    tickets.set(ticket.ticketId, ticket);
    bytes += bytesOf(ticket);
    view.note(ticket);
  };
  const forget = () => {
    tickets.clear();
    bytes = 0;
    refused.clear();
    view.clear();
    position = undefined;
    readTo = 0;
  };

  /**
   * Reads a page more. Changes since the first are applied between them, so pages need not be of one moment.
   */
  const readOn = async (after: number) => {
    const page = await pool.mirror.readPool(name, after, ticketsPerPage);
    position ??= page.latest;
    page.tickets.forEach(put);
    readTo = page.last;
  };
  const apply = (change: Change) => {
    if (change.kind === 'left') take(change.ticketId);
    // One beyond what is read yet comes with its page.
    else if (readTo === undefined || change.ticket.sequence <= readTo) put(change.ticket);
  };

  return {
    name,
    configuration,
    drop: take,

    unseen: view.unseen,
    admit: view.admit,
    unrated: view.unrated,
    matching: view.matching,

    /**
     * A match formed from this mirror was refused since a ticket had changed. Being behind, it learns of the
     * change from the stream; refused again, the very same match shows that the mirror is wrong, and it reads
     * the pool anew.
     */
    doubt(matchId: string): void {
      if (refused.has(matchId)) forget();
      else refused.add(matchId);
    },

    /** Id of the last change it has. */
    get position(): string {
      return position ?? noId;
    },

    find: (ticketId: string): PooledTicket | undefined => tickets.get(ticketId),

    /** Whether it has read its pool to the end. */
    get whole(): boolean {
      return readTo === undefined;
    },

    get size(): number {
      return tickets.size;
    },

    /** About what it takes in memory. */
    get bytes(): number {
      return bytes;
    },

    /** Its tickets, in no order. */
    get tickets(): Iterable<PooledTicket> {
      return tickets.values();
    },

    /**
     * Applies what had changed when it was called; returns the time, and the configuration as it is in force.
     * What changes meanwhile is the next call's: a pool that changes faster than it can be read would never
     * be matched.
     */
    async catchUp(): Promise<Omit<CatchUp, 'latest' | 'gap' | 'changes'>> {
      let begins = true;
      let pages = 0;
      let arrived = 0;
      const accepted: Accepted[] = [];
      for (let wanted: number | undefined; ; ) {
        if (readTo !== undefined && (position === undefined || pages < pagesAtOnce)) {
          await readOn(readTo);
          pages++;
        }
        const cycle = { begins, whole: readTo === undefined };
        const step = await pool.mirror.catchUp(name, configuration, position ?? noId, changesPerStep, cycle);
        begins = false;
        arrived += step.arrived;
        accepted.push(...step.accepted);
        if (step.gap) {
          forget();
          wanted = undefined;
          continue;
        }
        wanted ??= idNumber(step.latest);
        for (const { id, all } of step.changes) {
          all.forEach(apply);
          position = id;
        }
        if (step.changes.length > 0) refused.clear();
        if (readTo !== undefined && pages < pagesAtOnce) continue;
        if (position === step.latest || idNumber(position ?? noId) >= wanted)
          return { ...step, arrived, accepted };
      }
    },
  };
}
