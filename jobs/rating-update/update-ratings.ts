import { defineJob } from '../contract.ts';
import { matchResult } from '../ladder/result.ts';

/**
 * Reports results of finished matches, for services that add jobs with BullMQ alone: recorded as the client's call does it, and
 * rated soon after. Each match is rated once however often its result arrives.
 */
export const updateRatings = defineJob({
  kind: 'update-ratings',
  queue: 'rating-update',
  item: matchResult,
  /** One script records them all. */
  limit: 50,
  attempts: 30,
});
