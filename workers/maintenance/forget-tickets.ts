import { done } from '../../jobs/contract.ts';
import { forgetTickets } from '../../jobs/maintenance/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Readable } from '../pool/tickets.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { recorder } from './record-tickets.ts';

export const forgetTicketsDuty: OpenDuty<{ readonly pool: Pool }> = ({ pool }, { settings }) => {
  const { days, readableMs } = settings.ended;
  return duty(forgetTickets, forgetEnded(pool, { readableMs, refusedReadableMs: days * 24 * 3_600_000 }));
};

/** Forgets tickets that ended long enough ago: DocumentDB has them. */
export const forgetEnded =
  (pool: Pool, readable: Readable): Handler<unknown> =>
  async (_items, { signal }) =>
    done({ forgotten: await pool.tickets.forgetTickets(recorder, readable, signal) });
