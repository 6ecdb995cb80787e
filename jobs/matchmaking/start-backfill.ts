import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ticketId } from './configuration.ts';

/**
 * Lets reserved backfill tickets enter their pools; the newest of a match replaces an older one. Repeating it changes
 * nothing.
 */
export const startBackfill = defineJob({
  kind: 'start-backfill',
  queue: 'matchmaking',
  item: z.strictObject({ ticketId }),
  priority: 1,
});
