import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from '../ids.ts';

/**
 * Puts on record what arrived for one ladder: results are rated, operators' commands done. Retried and put off like any other job: a
 * worker that cannot reach the record leaves it to the others, whereas a wake-up that ended there would be followed by the next
 * one in the same worker.
 */
export const rateLadder = defineJob({
  kind: 'rate-ladder',
  queue: 'rating-update',
  item: z.strictObject({ ladder: ladderName }),
  limit: 1,
});

/** How to add it: at most one of a ladder is active and one waiting, so what arrives meanwhile shares the next. */
export const oncePerLadder = (ladder: string) => ({
  deduplication: { id: ladder, keepLastIfActive: true },
  removeOnComplete: true,
});
