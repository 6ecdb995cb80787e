import { done } from '../../jobs/contract.ts';
import { trimEvents } from '../../jobs/maintenance/jobs.ts';
import type { Retention } from '../pool/events.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export const trimEventsDuty: OpenDuty<{ readonly pool: Pool }> = ({ pool }, { settings }) =>
  duty(trimEvents, trimStream(pool, settings.retention));

/** Keeps the event stream within its retention; nobody who reads or follows it is waited for. */
export const trimStream =
  (pool: Pool, retention: Retention): Handler<unknown> =>
  async (_items, { signal }) =>
    done({ forgotten: await pool.events.trimEvents(retention, signal) });
