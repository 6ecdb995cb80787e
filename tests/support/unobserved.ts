import type { CycleStores } from '../../workers/matchmaking/cycle.ts';

/** For cycles run by hand whose measurements nobody looks at. */
export const unobserved: CycleStores['observe'] = {
  started: () => undefined,
  ratingsAway: () => undefined,
  committed: () => undefined,
  outboxFull: () => undefined,
  unready: () => undefined,
};
