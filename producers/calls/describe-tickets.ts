import { describeTickets } from '../../jobs/maintenance/jobs.ts';
import { type DescribedTicket, mayKnow } from '../../jobs/session/described-ticket.ts';
import type { Calling } from '../call.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import { parse } from '../parse.ts';
import type { ProducerQueues } from '../queue/queues.ts';

/** DescribeMatchmaking. */
export function describingCalls({ call, tickets, activity, queues }: ClientParts) {
  const find = async (ticketIds: readonly string[], calling: Calling): Promise<DescribedTicket[]> => {
    const here = await tickets.describe(ticketIds);
    const known = new Set(here.map((ticket) => ticket.ticketId));
    const forgotten = [...new Set(ticketIds)].filter((id) => !known.has(id));
    const ended = await recordedTickets(queues, forgotten, calling);
    const found = new Map([...here, ...ended].map((ticket) => [ticket.ticketId, ticket]));
    return ticketIds.flatMap((id) => found.get(id) ?? []);
  };

  return {
    describeMatchmaking: (ids, options = {}) =>
      call('describeMatchmaking', options, async (calling) => {
        const { ticketIds } = parse(describeTickets.item, { ticketIds: [...ids] });
        const found = await find(ticketIds, calling);
        const visible = found.filter((ticket) => mayKnow(calling.actor, ticket));
        return Promise.all(visible.map(activity.withEstimate));
      }),
  } satisfies Calls;
}

/**
 * Tickets that the queue Redis has forgotten, as they ended; unknown ones are left out. A worker reads the
 * record.
 */
export const recordedTickets = async (
  queues: Pick<ProducerQueues, 'ask'>,
  ticketIds: readonly string[],
  calling: Calling,
): Promise<DescribedTicket[]> =>
  ticketIds.length === 0 ? [] : queues.ask(describeTickets, { ticketIds: [...ticketIds] }, calling);
