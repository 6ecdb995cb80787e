import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { playerId, sessionId } from '../ids.ts';

/** What a caller says: which session, and whose it is. */
export const endSessionRequest = z.strictObject({ sessionId, playerId });
export type EndSessionRequest = z.output<typeof endSessionRequest>;

/** Ends sessions. A player who is in a match leaves it. Doing it again changes nothing. */
export const endSession = defineJob({
  kind: 'end-session',
  queue: 'session-creation',
  item: endSessionRequest.extend({
    /** The live match that its player left at the call; '' for none. Absent: the job has them leave. */
    left: z.string().max(128).optional(),
  }),
});
export type EndSession = z.output<typeof endSession.item>;
