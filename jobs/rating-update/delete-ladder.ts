import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName } from '../ids.ts';

/**
 * Deletes a ladder that nothing uses: its settings and its season go, and whoever rates on it again begins a new one. Refused for
 * `default`, and while a configuration names it, a match of it is live, a result of it waits or a player has a rating on it. Its
 * chain stays on record. Result: `{ ordinal }`, of the document that says so.
 */
export const deleteLadder = defineJob({
  kind: 'delete-ladder',
  queue: 'rating-update',
  item: z.strictObject({ name: ladderName }),
  result: z.object({ ordinal: z.number() }),
  limit: 1,
  attempts: 30,
});
