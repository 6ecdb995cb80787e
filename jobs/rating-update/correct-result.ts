import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { matchResult } from './result.ts';

/**
 * Replaces the result of a rated match, for operators. The match and whatever its ladder rated since are rated again, in
 * the order they were; until that is done the ladder's new results wait. Giving the result it has already changes nothing.
 * Result: `{ matches, revision }`, how many matches are rated again and under which number.
 */
export const correctResult = defineJob({
  kind: 'correct-result',
  queue: 'rating-update',
  item: z.strictObject({ result: matchResult, reason: z.string().min(1).max(1_000) }),
  limit: 1,
});
export type CorrectResult = z.output<typeof correctResult.item>;

/** A correction that would rate more matches again than this is refused: its ladder would be closed for minutes. */
export const mostRecomputed = 10_000;

/** Matches rated again in one transaction. */
export const recomputeChunk = 100;
