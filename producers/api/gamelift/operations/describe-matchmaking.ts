import { z } from 'zod';
import { ticketId } from '../../../../jobs/ids.ts';
import { teamsOf } from '../../teams.ts';
import { defineOperation } from '../operation.ts';
import { toWireTicket } from '../ticket.ts';

const input = z.object({
  TicketIds: z.array(ticketId).min(1, 'at least 1 ticket id').max(10, 'at most 10 ticket ids'),
});

export const describeMatchmaking = defineOperation(
  'DescribeMatchmaking',
  'describeMatchmaking',
  input,
  async ({ TicketIds }, { client, options, origin }) => {
    const tickets = await client.describeMatchmaking([...new Set(TicketIds)], options);
    const completed = tickets.filter((it) => it.status === 'COMPLETED').flatMap((it) => it.matchId ?? []);
    const teams = await teamsOf(completed, client, options);
    return { TicketList: tickets.map((it) => toWireTicket(it, teams.get(it.matchId ?? ''), origin)) };
  },
);
