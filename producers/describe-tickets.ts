import { describeTickets } from '../jobs/maintenance/maintenance.ts';
import { type DescribedTicket, mayKnow } from '../jobs/matchmaking/described-ticket.ts';
import type { Call, Calling, CallOptions } from './call.ts';
import type { ActivityReader } from './live/activity.ts';
import { parse } from './parse.ts';
import type { ProducerQueues } from './queues.ts';
import type { Tickets } from './tickets.ts';

export interface DescribingParts {
  readonly call: Call;
  readonly tickets: Tickets;
  readonly activity: ActivityReader;
  readonly queues: Pick<ProducerQueues, 'ask'>;
}

/** DescribeMatchmaking. */
export function openDescribing({ call, tickets, activity, queues }: DescribingParts) {
  const recorded = openRecorded(queues);

  const find = async (ticketIds: readonly string[], calling: Calling): Promise<DescribedTicket[]> => {
    const here = await tickets.describe(ticketIds);
    const known = new Set(here.map((ticket) => ticket.ticketId));
    const ended = await recorded(
      [...new Set(ticketIds)].filter((id) => !known.has(id)),
      calling,
    );
    const found = new Map([...here, ...ended].map((ticket) => [ticket.ticketId, ticket]));
    return ticketIds.flatMap((id) => found.get(id) ?? []);
  };

  return {
    /**
     * Tickets by id (at most 100), unknown ones left out. A player sees only tickets they are in. Those that the queue Redis does
     * not have, since they ended some minutes ago or never were, take a worker that serves `maintenance`.
     */
    describeMatchmaking: (
      ticketIds: readonly string[],
      options: CallOptions = {},
    ): Promise<DescribedTicket[]> =>
      call(describeTickets, options, async (calling) => {
        const found = await find(
          parse(describeTickets.item, { ticketIds: [...ticketIds] }).ticketIds,
          calling,
        );
        const visible = found.filter((ticket) => mayKnow(calling.actor, ticket));
        return Promise.all(visible.map(activity.withEstimate));
      }),
  };
}

/** Tickets that the queue Redis has forgotten, as they ended; unknown ones are left out. A worker reads the record. */
export const openRecorded =
  (queues: Pick<ProducerQueues, 'ask'>) =>
  async (ticketIds: readonly string[], calling: Calling): Promise<DescribedTicket[]> => {
    if (ticketIds.length === 0) return [];
    return (await queues.ask(describeTickets, { ticketIds: [...ticketIds] }, calling)) as DescribedTicket[];
  };
