import { done } from '../../jobs/contract.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Tickets } from '../records/tickets.ts';

export interface DropStores {
  readonly pool: Pick<Pool, 'redisTime'>;
  readonly tickets: Pick<Tickets, 'drop'>;
}

/** Drops ended tickets from the record, those that started on one day together, `days` after that day is over. */
export const dropOldTickets =
  ({ pool, tickets }: DropStores, days: number): Handler<unknown> =>
  async () =>
    done({ dropped: await tickets.drop(days, await pool.redisTime()) });
