import type { z } from 'zod';
import { done, type Refusal } from '../../jobs/contract.ts';
import type { stopMatchmaking } from '../../jobs/matchmaking/stop-matchmaking.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';

/** Cancels tickets; a player may stop only tickets they are in, whatever the producer let through. */
export const stopTickets =
  (pool: Pool, onCancelled: () => void): Handler<z.output<typeof stopMatchmaking.item>> =>
  async (items, { actor }) => {
    const refusals: Refusal[] = [];
    for (const [index, { ticketId }] of items.entries()) {
      if (actor.kind === 'player' && !(await pool.roster(ticketId))?.includes(actor.playerId)) {
        refusals.push({ index, reason: `ticketId: player ${actor.playerId} is not in ticket ${ticketId}` });
        continue;
      }
      const outcome = await pool.stop(ticketId);
      if (outcome === 'cancelled') onCancelled();
      if (outcome === 'too-late')
        refusals.push({ index, reason: `ticketId: ${ticketId} is being placed; it is too late to stop it` });
    }
    return done(undefined, refusals);
  };
