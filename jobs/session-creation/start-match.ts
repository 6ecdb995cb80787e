import { z } from 'zod';
import { defineJob } from '../contract.ts';

/**
 * Carries decided matches to their effect: each is stored, its players' sessions point at it, its tickets are settled and
 * its outbox entry is removed. The job names them and the outbox holds them, so that a match of any size fits, and one
 * that was settled meanwhile is simply not there any more. Every part can be repeated.
 */
export const startMatch = defineJob({
  kind: 'start-match',
  queue: 'session-creation',
  item: z.strictObject({ matchId: z.string().min(1).max(128) }),
  /** About five minutes of trying, the placement deadline; an unreachable DocumentDB uses none of them. */
  attempts: 18,
});
