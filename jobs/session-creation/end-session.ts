import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { sessionId } from './session.ts';

/** Ends sessions. A player who is in a match leaves it. Doing it again changes nothing. */
export const endSession = defineJob({
  kind: 'end-session',
  queue: 'session-creation',
  askedBy: 'players',
  item: z.strictObject({ sessionId }),
});
export type EndSession = z.output<typeof endSession.item>;
