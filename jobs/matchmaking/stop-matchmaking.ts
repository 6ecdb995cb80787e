import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ticketId } from './configuration.ts';

/** Cancels a ticket, also when it arrives before its start; from PLACING on it is refused as too late. */
export const stopMatchmaking = defineJob({
  kind: 'stop-matchmaking',
  queue: 'matchmaking',
  askedBy: 'players',
  item: z.strictObject({ ticketId }),
});
