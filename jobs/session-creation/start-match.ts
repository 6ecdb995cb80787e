import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { matchId } from '../ids.ts';

/** Characters of a reason: 200 of them fit a job. */
export const mostReason = 250;

/**
 * Carries decided matches to their effect: each is stored, its tickets are settled and its outbox entry is removed. The job
 * names them and the outbox holds them, so that a match of any size fits, and one that was settled meanwhile is simply not there
 * any more. Every part can be repeated.
 */
export const startMatch = defineJob({
  kind: 'start-match',
  queue: 'session-creation',
  item: z.strictObject({
    matchId,
    /** Why it is given up, as its tickets say: it is FAILED unless it has been stored already. Absent: it is to be played. */
    givenUp: z.string().min(1).max(mostReason).optional(),
  }),
  /** About five minutes of trying, after which the match is given up; an unreachable DocumentDB uses none of them. */
  attempts: 18,
});
