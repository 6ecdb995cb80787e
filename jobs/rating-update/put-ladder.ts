import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName, ladderSettings } from './ladder.ts';

/** Gives a ladder its settings, for matches rated from now on. A recompute rates by the settings of its own time. */
export const putLadder = defineJob({
  kind: 'put-ladder',
  queue: 'rating-update',
  item: z.strictObject({ name: ladderName, settings: ladderSettings }),
  limit: 1,
});
export type PutLadder = z.output<typeof putLadder.item>;
