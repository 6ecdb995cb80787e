import { done } from '../../jobs/contract.ts';
import type { Pool } from '../pool/pool.ts';
import type { Handler } from '../runtime/handler.ts';

interface OldMatchStores {
  readonly pool: Pick<Pool, 'oldMatches' | 'endMatches'>;
}

/** Ends matches that nobody has reported a result of for too long. A result that comes later is still rated. */
export const endOldMatches =
  ({ pool }: OldMatchStores, ttlMs: number): Handler<unknown> =>
  async () => {
    const old = await pool.oldMatches(ttlMs);
    await pool.endMatches(old);
    return done({ ended: old.length });
  };
