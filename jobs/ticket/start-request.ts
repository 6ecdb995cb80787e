import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { resourceName, ticketId } from '../ids.ts';
import type { Limits } from './limits.ts';
import { partyWithin } from './ticket.ts';

/** Which configuration a request is for: its limits are what the rest is checked against. */
export const startTarget = inEitherSpelling(z.looseObject({ configuration: resourceName }));

/**
 * What a caller gives StartMatchmaking, within a configuration's limits. `ticketId` is made by the client
 * when absent.
 */
export const startRequestWithin = (limits: Limits) =>
  inEitherSpelling(
    z
      .strictObject({
        configuration: resourceName,
        ticketId: ticketId.optional(),
        players: partyWithin(limits),
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
      }),
  );
export type StartRequestSchema = ReturnType<typeof startRequestWithin>;
export type StartRequest = z.input<StartRequestSchema>;
