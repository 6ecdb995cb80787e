import { z } from 'zod';
import { poolName } from '../configuration/pool-name.ts';
import { defineJob } from '../contract.ts';

/**
 * Runs the cycles of one pool. One attempt and never put off: the next arrival and the beat are its retry, whereas an
 * add during a backoff would wait behind it.
 */
export const formMatches = defineJob({
  kind: 'form-matches',
  queue: 'matchmaking',
  item: z.strictObject({ pool: poolName }),
  limit: 1,
  attempts: 1,
});

/** How to add it: at most one of a pool is active and one waiting, so what happens during a cycle shares the next. */
export const oncePerPool = (pool: string) => ({
  deduplication: { id: pool, keepLastIfActive: true },
  removeOnComplete: true,
});
