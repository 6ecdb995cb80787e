import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { matchId, resourceName, ticketId } from '../ids.ts';

/**
 * StartMatchBackfill for whoever adds jobs with BullMQ alone; the client decides it without a job. What the players may look
 * like is the configuration's: `backfill.ts`. Without a ticket id the ticket gets one made of the job's id and its place in
 * the job.
 * Repeating the job changes nothing. Its result: per item, in order, `{ ticketId, status, startTime }`.
 */
export const startBackfill = defineJob({
  kind: 'start-backfill',
  queue: 'matchmaking',
  item: z.strictObject({
    configuration: resourceName,
    matchId,
    ticketId: ticketId.optional(),
    players: z.array(z.unknown()).min(1, 'at least 1 player'),
  }),
  priority: 1,
});
