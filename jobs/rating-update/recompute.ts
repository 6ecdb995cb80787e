import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from './ladder.ts';

/**
 * Carries on a ladder's recompute from where it stands until it is over. Any number of these jobs, at once or one after
 * the other, are as one.
 */
export const recompute = defineJob({
  kind: 'recompute',
  queue: 'rating-update',
  item: z.strictObject({ ladder: ladderName, revision: z.int().positive() }),
  limit: 1,
  attempts: 30,
});
export type RecomputeItem = z.output<typeof recompute.item>;

/** The id of its job: one per recompute, whoever adds it. */
export const recomputeJobId = ({ ladder, revision }: RecomputeItem): string =>
  `recompute-${ladder}-${revision}`;
