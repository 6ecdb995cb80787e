import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from './ladder.ts';

/**
 * Starts a ladder's next season: every rating is drawn towards 1500 and less certain, as the ladder's settings say. From
 * the start on each match rates its players as of the new season; the job brings forward those who do not play, in order
 * of id. Starting a season that has started changes nothing.
 */
export const resetSeason = defineJob({
  kind: 'reset-season',
  queue: 'rating-update',
  item: z.strictObject({
    ladder: ladderName,
    /** The season to start: 1 is the first reset. */
    season: z.int().positive(),
    /** Players up to this id are brought forward already. */
    after: z.string().max(1024).default(''),
  }),
  limit: 1,
});
export type ResetSeason = z.output<typeof resetSeason.item>;
