import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ticketId } from '../ids.ts';

/**
 * StopMatchmaking for whoever adds jobs with BullMQ alone; the client decides it without a job. A ticket that is PLACING or has
 * ended keeps its status. The job's result: per item, in order, `{ ticketId, status }` as it is now.
 */
export const stopMatchmaking = defineJob({
  kind: 'stop-matchmaking',
  queue: 'matchmaking',
  item: z.strictObject({ ticketId }),
});
