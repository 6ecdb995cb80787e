import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { defineJob } from '../contract.ts';
import { resourceName, ticketId } from '../ids.ts';

/**
 * StartMatchmaking for whoever adds jobs with BullMQ alone; the client decides it without a job. What the players may look
 * like is the configuration's: `start-request.ts`. Without a ticket id the ticket gets one made of the job's id and its
 * place in the job.
 * Repeating the job changes nothing. Its result: per item, in order, `{ ticketId, status, startTime }`.
 */
export const startMatchmaking = defineJob({
  kind: 'start-matchmaking',
  queue: 'matchmaking',
  item: inEitherSpelling(
    z.strictObject({
      configuration: resourceName,
      ticketId: ticketId.optional(),
      players: z.array(z.unknown()).min(1, 'at least 1 player'),
    }),
  ),
  priority: 1,
});
