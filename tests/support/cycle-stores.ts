import type { FormMatchesStores } from '../../workers/matchmaking/form-matches.ts';
import { openCompiled } from '../../workers/pool/compiled.ts';
import type { Pool } from '../../workers/pool/pool.ts';
import { unobserved } from './unobserved.ts';

/**
 * What cycles work with that a test runs by hand: nothing is handed over or woken, nothing is taken from
 * ratings, and nobody looks at what is measured, unless the test says otherwise.
 */
export const cycleStores = (pool: Pool, more: Partial<FormMatchesStores> = {}): FormMatchesStores => ({
  pool,
  compiled: openCompiled(pool),
  rate: () => Promise.reject(new Error('nothing here is taken from ratings')),
  handOver: async () => undefined,
  wake: async () => undefined,
  observe: unobserved,
  ...more,
});
