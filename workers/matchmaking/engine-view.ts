import type { Engine } from '../../jobs/matchmaking/engine/engine.ts';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import type { PooledTicket } from '../pool/changes.ts';

/** Which of a mirror's tickets the engine may match: those that a cycle has looked at and admitted. */
export function openEngineView(tickets: ReadonlyMap<string, PooledTicket>) {
  /** Tickets that no cycle has looked at under the rule set of `matching`. */
  let fresh: PooledTicket[] = [];
  const unrated = new Map<string, PooledTicket>();
  let matching: { readonly engine: Engine; readonly pool: MatchPool } | undefined;

  return {
    /** A ticket is in the mirror from here on, or is another than it was. */
    note(ticket: PooledTicket): void {
      fresh.push(ticket);
    },

    remove(ticketId: string): void {
      unrated.delete(ticketId);
      matching?.pool.remove(ticketId);
    },

    clear(): void {
      fresh = [];
      unrated.clear();
      matching = undefined;
    },

    /**
     * Tickets that no cycle has looked at under the engine's rule set, oldest first: those that are new, and
     * of another engine all. None of them is matched before it is admitted.
     */
    unseen(engine: Engine): PooledTicket[] {
      const present = fresh.filter((it) => tickets.get(it.ticketId) === it);
      fresh = [];
      if (matching?.engine === engine) return present;
      matching = { engine, pool: new MatchPool(engine) };
      unrated.clear();
      return [...tickets.values()].sort((a, b) => a.sequence - b.sequence);
    },

    /** From here on the ticket can be matched, once its players' ratings are there if it waits for them. */
    admit(ticket: PooledTicket): void {
      if (ticket.unrated) unrated.set(ticket.ticketId, ticket);
      else matching?.pool.add(ticket);
    },

    /** Tickets that wait for their players' ratings, in the order in which they came. */
    unrated: (): PooledTicket[] => [...unrated.values()],

    /**
     * The engine's view of the tickets admitted under its rule set; it is kept between cycles, so that a pass
     * costs what changed.
     */
    matching(engine: Engine): MatchPool {
      if (matching?.engine !== engine) throw new Error('matching before its tickets were looked at');
      return matching.pool;
    },
  };
}
