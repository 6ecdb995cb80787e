import { z } from 'zod';
import { ticketId } from '../../../../jobs/ids.ts';
import { Fault } from '../fault.ts';
import { defineOperation } from '../operation.ts';

const input = z.object({
  TicketId: ticketId,
  PlayerIds: z.array(z.string().min(1).max(1024)).min(1, 'at least 1 player id'),
  AcceptanceType: z.enum(['ACCEPT', 'REJECT']),
});

/** GameLift names no match: the answer is for the proposal that the ticket is in now. */
export const acceptMatch = defineOperation(
  'AcceptMatch',
  'acceptMatch',
  input,
  async ({ TicketId, PlayerIds, AcceptanceType }, { client, options }) => {
    const [ticket] = await client.describeMatchmaking([TicketId], options);
    if (!ticket) throw new Fault('NotFoundException', `TicketId: there is no ticket ${TicketId}`);
    const { matchId } = ticket;
    if (matchId === undefined)
      throw new Fault(
        'InvalidRequestException',
        `TicketId: ticket ${TicketId} is ${ticket.status}: no match waits for its players to accept`,
      );
    await client.acceptMatch(
      { ticketId: TicketId, matchId, playerIds: PlayerIds, acceptance: AcceptanceType },
      options,
    );
    return {};
  },
);
