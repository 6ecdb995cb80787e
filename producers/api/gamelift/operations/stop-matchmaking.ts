import { z } from 'zod';
import { ticketId } from '../../../../jobs/ids.ts';
import { RequestError } from '../../../request-error.ts';
import { Fault } from '../fault.ts';
import { defineOperation } from '../operation.ts';

export const stopMatchmaking = defineOperation(
  'StopMatchmaking',
  'stopMatchmaking',
  z.object({ TicketId: ticketId }),
  async ({ TicketId }, { client, options }) => {
    try {
      await client.stopMatchmaking(TicketId, options);
    } catch (error) {
      const isLate = error instanceof RequestError && ['conflict', 'not-found'].includes(error.code);
      const [ticket] = isLate ? await client.describeMatchmaking([TicketId], options) : [];
      if (!ticket) throw error;
      // Clients match on AWS's words.
      throw new Fault(
        'InvalidRequestException',
        `Matchmaking ticket is in ${ticket.status} status and cannot be canceled.`,
        error,
      );
    }
    return {};
  },
);
