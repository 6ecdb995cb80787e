import { z } from 'zod';
import { resourceName, ticketId } from './configuration.ts';
import { party } from './ticket.ts';

/** What a caller gives StartMatchmaking. `ticketId` is made by the client when absent. */
export const startRequest = z
  .strictObject({
    configuration: resourceName,
    ticketId: ticketId.optional(),
    players: party,
  })
  .superRefine(({ players }, context) => {
    const seen = new Set<string>();
    for (const [index, { playerId }] of players.entries()) {
      if (seen.has(playerId))
        context.addIssue({
          code: 'custom',
          path: ['players', index, 'playerId'],
          message: 'is in this ticket twice',
        });
      seen.add(playerId);
    }
  });
export type StartRequest = z.input<typeof startRequest>;
