import { done } from '../../jobs/contract.ts';
import { sweep } from '../../jobs/maintenance/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

interface OldMatchStores {
  readonly pool: Pick<Pool, 'matches'>;
}

export const sweepDuty: OpenDuty<OldMatchStores> = (stores, { settings }) =>
  duty(sweep, endOldMatches(stores, settings.matchTtlMs));

/**
 * Ends matches that nobody has reported a result of for too long. A result that comes later is still rated.
 */
const endOldMatches =
  ({ pool }: OldMatchStores, ttlMs: number): Handler<unknown> =>
  async () => {
    const old = await pool.matches.oldMatches(ttlMs);
    await pool.matches.endMatches(old);
    return done({ ended: old.length });
  };
