import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ticketId } from './configuration.ts';

/**
 * Lets reserved tickets enter their pools. The reservation in Redis holds what they are; the job only says that they
 * may start, so what enters is what was acknowledged. Repeating it changes nothing.
 */
export const startMatchmaking = defineJob({
  kind: 'start-matchmaking',
  queue: 'matchmaking',
  askedBy: 'players',
  item: z.strictObject({ ticketId }),
  priority: 1,
});
