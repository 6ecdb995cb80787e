import { done } from '../../jobs/contract.ts';
import { dropTickets } from '../../jobs/maintenance/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Audit } from '../records/audit.ts';
import type { Tickets } from '../records/tickets.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';

export interface DropStores {
  readonly pool: Pick<Pool, 'redisTime'>;
  readonly tickets: Pick<Tickets, 'drop'>;
  readonly audit: Pick<Audit, 'dropBefore'>;
}

export const dropTicketsDuty: OpenDuty<DropStores> = (stores, { settings }) =>
  duty(dropTickets, dropOldTickets(stores, settings.ended));

/**
 * Drops ended tickets from the record, those that started on one day together, `days` after that day is over,
 * and what was decided on operators' commands `auditDays` ago.
 */
export const dropOldTickets =
  (
    { pool, tickets, audit }: DropStores,
    { days, auditDays }: { readonly days: number; readonly auditDays: number },
  ): Handler<unknown> =>
  async () => {
    const now = await pool.redisTime();
    const dropped = await tickets.drop(days, now);
    return done({ dropped, decisions: await audit.dropBefore(new Date(now - auditDays * 24 * 3_600_000)) });
  };
