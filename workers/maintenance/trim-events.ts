import { done } from '../../jobs/contract.ts';
import type { Retention } from '../pool/events.ts';
import type { Pool } from '../pool/pool.ts';
import type { Handler } from '../runtime/handler.ts';

/** Keeps the event stream within its retention; nobody who reads or follows it is waited for. */
export const trimStream =
  (pool: Pool, retention: Retention): Handler<unknown> =>
  async (_items, { signal }) =>
    done({ forgotten: await pool.trimEvents(retention, signal) });
