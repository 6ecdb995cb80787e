import type { z } from 'zod';
import { doneEach, refusalsOf } from '../../jobs/contract.ts';
import { stopMatchmaking } from '../../jobs/matchmaking/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { wakePool } from './wake-pool.ts';

export interface StopStores {
  readonly pool: Pool;
  readonly wake: (pool: string) => Promise<void>;
}

export const stopMatchmakingDuty: OpenDuty<Omit<StopStores, 'wake'>> = ({ pool }, { queues }) =>
  duty(stopMatchmaking, stopTickets({ pool, wake: wakePool(queues) }));

/**
 * Cancels tickets. One that was placed or ended meanwhile keeps its status: the caller lost a race, which is
 * no failure of the job. A player may stop only tickets they are in.
 */
const stopTickets =
  ({ pool, wake }: StopStores): Handler<z.output<typeof stopMatchmaking.item>> =>
  async (items, { actor }) => {
    const reasons: (string | undefined)[] = [];
    const results: { ticketId: string; status: string }[] = [];
    for (const { ticketId } of items) {
      const stopped = await pool.tickets.stop(ticketId, actor.kind === 'player' ? actor.playerId : undefined);
      if (stopped.pool !== undefined) await wake(stopped.pool);
      results.push({ ticketId, status: stopped.status });
      reasons.push(reasonOf(stopped.status, ticketId));
    }
    return doneEach(results, refusalsOf(reasons));
  };

function reasonOf(status: string, ticketId: string): string | undefined {
  if (status === 'missing') return `ticketId: there is no ticket ${ticketId}`;
  if (status === 'stranger') return `ticketId: the player who asks is not in ticket ${ticketId}`;
  return undefined;
}
