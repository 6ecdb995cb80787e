import type { z } from 'zod';
import { done, type Refusal } from '../../jobs/contract.ts';
import type { stopMatchmaking } from '../../jobs/matchmaking/stop-matchmaking.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';

/**
 * Cancels tickets. One that was placed or ended meanwhile keeps its status: the caller lost a race, which is no failure of
 * the job and stands in the ticket. A player may stop only tickets they are in, whatever the producer let
 * through.
 */
export const stopTickets =
  (pool: Pool): Handler<z.output<typeof stopMatchmaking.item>> =>
  async (items, { actor }) => {
    const refusals: Refusal[] = [];
    for (const [index, { ticketId }] of items.entries()) {
      if (actor.kind === 'player' && !(await pool.roster(ticketId))?.includes(actor.playerId)) {
        refusals.push({ index, reason: `ticketId: the player who asks is not in ticket ${ticketId}` });
        continue;
      }
      await pool.stop(ticketId);
    }
    return done(undefined, refusals);
  };
