import type { Entry } from '../../jobs/chain.ts';
import { done } from '../../jobs/contract.ts';
import { recordTickets } from '../../jobs/maintenance/jobs.ts';
import { type Ended, type Ending, endedTickets } from '../../jobs/ticket/ending.ts';
import type { Tickets } from '../records/tickets.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type FollowStores, followStream } from './follow-stream.ts';
import { reportFollowers } from './report-followers.ts';

/** The follower by whose place it is known which endings are on record. */
export const recorder = 'ticket-records';

export interface RecordStores extends FollowStores {
  readonly tickets: Tickets;
  /** So many tickets of a configuration ended so; a page that is taken twice counts twice. */
  readonly onEnded: (configuration: string, status: Ending['status'], count: number) => void;
  /**
   * A ticket's ending is not on record: DocumentDB refuses it, or nothing can be made of it, with that
   * reason.
   */
  readonly onRefused: (ticketId: string, reason: string) => void;
}

const metricOf = {
  CANCELLED: 'TicketsCancelled',
  TIMED_OUT: 'TicketsTimedOut',
  FAILED: 'TicketsFailed',
} as const;

export const recordTicketsDuty: OpenDuty<Pick<RecordStores, 'pool' | 'tickets'>> = (
  { pool, tickets },
  { metrics, log },
) => {
  const onEnded: RecordStores['onEnded'] = (configuration, status, count) =>
    metrics.observe(metricOf[status], count, { service: 'matchmaking', configuration });
  const onRefused = (ticket: string, reason: string) =>
    log.error({ ticket, reason }, 'an ending cannot be put on record');
  const observe = reportFollowers(metrics, log);
  return duty(recordTickets, recordEndings({ pool, tickets, observe, onEnded, onRefused }));
};

/**
 * Writes tickets that ended without a match, each once, whatever ended them. DocumentDB away: they wait in
 * the stream, and their tickets where they are. One that DocumentDB refuses for good stays where it is too.
 */
export const recordEndings =
  (stores: RecordStores): Handler<unknown> =>
  async (_items, { signal }) => {
    const read = (entry: Entry): Ended[] => {
      try {
        return endedTickets(entry);
      } catch (error) {
        // It must not stop those behind it for ever.
        stores.onRefused(`in entry ${entry[0]}`, String(error));
        return [];
      }
    };
    const take = async (ended: readonly Ended[]) => {
      const endings = ended.flatMap(({ ending }) => ending ?? []);
      const refused = await stores.tickets.record(endings);
      for (const { ticketId, reason } of refused) stores.onRefused(ticketId, reason);
      for (const alike of Map.groupBy(endings, (it) => `${it.configuration} ${it.status}`).values()) {
        const [first] = alike;
        if (first) stores.onEnded(first.configuration, first.status, alike.length);
      }
      return refused.map(({ ticketId }) => ticketId);
    };
    await followStream({ name: recorder, stream: 'endings', read, begin: 'oldest', take }, stores, signal);
    return done();
  };
