import type { CatchUp, PooledTicket } from '../pool/changes.ts';
import type { Pool } from '../pool/pool.ts';

/** Changes read in one step; a mirror further behind goes on reading before its next cycle. */
const changesPerStep = 2_000;
const ticketsPerPage = 500;

export type Mirror = ReturnType<typeof openMirror>;

/**
 * A pool's tickets in this process's memory, in sequence order: a cache fed by the pool's change stream. It may be
 * behind at any time; a commit formed from what it shows is checked against the tickets themselves.
 */
export function openMirror(pool: Pool, name: string) {
  const tickets = new Map<string, PooledTicket>();
  let position: number | undefined;
  let sorted: readonly PooledTicket[] | undefined;

  const put = (ticket: PooledTicket) => {
    tickets.set(ticket.ticketId, ticket);
    sorted = undefined;
  };
  const drop = (ticketId: string) => {
    if (tickets.delete(ticketId)) sorted = undefined;
  };

  /** Reads the whole pool. Changes since the first page are applied afterwards, so pages need not be of one moment. */
  const reload = async () => {
    tickets.clear();
    sorted = undefined;
    position = undefined;
    for (let after = 0; ; ) {
      const page = await pool.readPool(name, after, ticketsPerPage);
      position ??= page.latest;
      page.tickets.forEach(put);
      const last = page.tickets.at(-1);
      if (page.tickets.length < ticketsPerPage || !last) return;
      after = last.sequence;
    }
  };

  return {
    /** Number of the last change it has. */
    get position(): number {
      return position ?? 0;
    },

    /** Its tickets, oldest first. */
    get tickets(): readonly PooledTicket[] {
      sorted ??= [...tickets.values()].sort((a, b) => a.sequence - b.sequence);
      return sorted;
    },

    drop,

    /** Applies what changed since the last call. */
    async catchUp(): Promise<Pick<CatchUp, 'now' | 'version'>> {
      if (position === undefined) await reload();
      for (;;) {
        const step = await pool.catchUp(name, name, position ?? 0, changesPerStep);
        const gap =
          step.latest < (position ?? 0) ||
          (step.changes[0]?.number ?? (position ?? 0) + 1) !== (position ?? 0) + 1;
        const lost = step.changes.length === 0 && step.latest !== position;
        if (gap || lost) {
          await reload();
          continue;
        }
        for (const { number, change } of step.changes) {
          if (change.kind === 'entered') put(change.ticket);
          else drop(change.ticketId);
          position = number;
        }
        if (position === step.latest) return step;
      }
    },
  };
}
