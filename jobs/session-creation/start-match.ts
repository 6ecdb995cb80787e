import { defineJob } from '../contract.ts';
import { committedMatch } from '../matchmaking/match.ts';

/**
 * Carries committed matches to their effect: the match is stored, its players' sessions point at it, its tickets are
 * settled and its outbox entry is removed. Every part can be repeated.
 */
export const startMatch = defineJob({
  kind: 'start-match',
  queue: 'session-creation',
  item: committedMatch,
  attempts: 50,
});
