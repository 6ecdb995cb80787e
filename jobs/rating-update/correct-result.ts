import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { matchResult } from '../ladder/result.ts';

/**
 * Replaces the result of a rated match, for operators. The match, and each since that it reaches through players, is rated again, in
 * the order they were and by the settings that held then; until that is done the ladder's new results wait. Giving the result
 * it has already changes nothing. Result: `{ matches, revision }`: how many matches have been rated since, and the correction's
 * number in the ladder.
 */
export const correctResult = defineJob({
  kind: 'correct-result',
  queue: 'rating-update',
  item: z.strictObject({ result: matchResult, reason: z.string().min(1).max(1_000) }),
  result: z.object({ matches: z.int(), revision: z.int() }),
  limit: 1,
  attempts: 30,
});
export type CorrectResult = z.output<typeof correctResult.item>;

/** A correction that would rate more matches again than this is refused: its ladder's results would wait for minutes. */
export const mostRecomputed = 10_000;

/** Documents of the ladder looked through in one step; between two steps the rater yields. */
export const recomputeStep = 500;
