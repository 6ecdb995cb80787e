import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { sessionId } from '../ids.ts';
import { describedSession } from '../session/session.ts';

/**
 * Reads one session, from the cache or, on a miss, from DocumentDB; whether its player is in a match, from the live matches.
 * Result: a `DescribedSession`, or null.
 */
export const readSession = defineJob({
  kind: 'read-session',
  queue: 'session-creation',
  item: z.strictObject({ sessionId }),
  result: describedSession.nullish(),
  limit: 1,
  attempts: 3,
});
