import { z } from 'zod';
import { defineJob } from '../contract.ts';

/** Expires sessions in which nothing happened for `sessionLifeSeconds`; the next run goes on where one was cut short. */
export const expireSessions = defineJob({
  kind: 'expire-sessions',
  queue: 'session-creation',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});
