import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ticketId } from './configuration.ts';
import { mostPlayersPerTicket } from './limits.ts';

/**
 * Records players' answers to one proposal. The match id binds them to it: an answer that arrives when the ticket is in
 * another proposal changes nothing. The first answer of a player stands.
 */
export const acceptMatch = defineJob({
  kind: 'accept-match',
  queue: 'matchmaking',
  askedBy: 'players',
  item: z.strictObject({
    ticketId,
    matchId: z.string().min(1).max(128),
    playerIds: z.array(z.string().min(1).max(1024)).min(1).max(mostPlayersPerTicket),
    acceptance: z.enum(['ACCEPT', 'REJECT']),
  }),
});
export type AcceptMatch = z.output<typeof acceptMatch.item>;
