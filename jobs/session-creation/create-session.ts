import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { playerId, sessionId } from '../ids.ts';

/**
 * Gives a player a session: the player is created on their first one, the session is stored in DocumentDB and cached.
 * Doing it again with the same session id changes nothing.
 */
export const createSession = defineJob({
  kind: 'create-session',
  queue: 'session-creation',
  item: z.strictObject({
    sessionId,
    playerId,
    /** When the caller asked, ms since 1970 by TIME of the queue Redis: where SessionCreationLatency starts. */
    requestedAt: z.number(),
  }),
});
export type CreateSession = z.output<typeof createSession.item>;
