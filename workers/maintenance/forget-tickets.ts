import { done } from '../../jobs/contract.ts';
import type { Pool } from '../pool/pool.ts';
import type { Readable } from '../pool/tickets.ts';
import type { Handler } from '../runtime/handler.ts';
import { recorder } from './record-tickets.ts';

/** Forgets tickets that ended long enough ago: DocumentDB has them. */
export const forgetEnded =
  (pool: Pool, readable: Readable): Handler<unknown> =>
  async (_items, { signal }) =>
    done({ forgotten: await pool.forgetTickets(recorder, readable, signal) });
