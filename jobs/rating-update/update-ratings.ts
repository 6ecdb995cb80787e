import { defineJob } from '../contract.ts';
import { matchResult } from './result.ts';

/** Rates finished matches. Each match is rated once however often its result arrives. */
export const updateRatings = defineJob({
  kind: 'update-ratings',
  queue: 'rating-update',
  item: matchResult,
  /** One transaction carries them all: DocumentDB wants transactions small. */
  limit: 50,
  attempts: 30,
});
