import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from '../ids.ts';

/**
 * Starts a ladder's next season: every rating is drawn towards 1500 and less certain, as the ladder's settings say. Results that
 * come meanwhile wait until everybody is brought forward. Starting a season that has started changes nothing.
 */
export const resetSeason = defineJob({
  kind: 'reset-season',
  queue: 'rating-update',
  item: z.strictObject({
    ladder: ladderName,
    /** The season to start: 1 is the first reset. */
    season: z.int().positive(),
  }),
  result: z.object({ season: z.int() }),
  limit: 1,
  attempts: 30,
});
export type ResetSeason = z.output<typeof resetSeason.item>;
