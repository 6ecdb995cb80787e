import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from './ladder.ts';

/**
 * Puts on record what arrived for one ladder: results are rated, operators' commands done. One attempt and never put off: the next
 * arrival and the beat are its retry, whereas an add during a backoff would wait behind it.
 */
export const rateLadder = defineJob({
  kind: 'rate-ladder',
  queue: 'rating-update',
  item: z.strictObject({ ladder: ladderName }),
  limit: 1,
  attempts: 1,
});

/** How to add it: at most one of a ladder is active and one waiting, so what arrives meanwhile shares the next. */
export const oncePerLadder = (ladder: string) => ({
  deduplication: { id: ladder, keepLastIfActive: true },
  removeOnComplete: true,
});
