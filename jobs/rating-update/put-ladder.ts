import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from '../ids.ts';
import { ladderSettings } from '../ladder/ladder.ts';

/** Gives a ladder its settings, for matches rated from now on. A match rated again keeps the settings that held when it was rated. */
export const putLadder = defineJob({
  kind: 'put-ladder',
  queue: 'rating-update',
  item: z.strictObject({ name: ladderName, settings: ladderSettings }),
  result: ladderSettings,
  limit: 1,
  attempts: 30,
});
