import type { Pool } from '../../workers/pool/pool.ts';

/** Calls of a pool that a test replaces, by the part that they belong to. */
export type PoolCalls = { readonly [Part in keyof Pool]?: Partial<Pool[Part]> };

/** The pool, with these calls in place of its own. */
export const poolWith = (pool: Pool, calls: PoolCalls): Pool => ({
  ...pool,
  ...Object.fromEntries(
    Object.entries(calls).map(([part, own]) => [part, { ...pool[part as keyof Pool], ...own }]),
  ),
});
