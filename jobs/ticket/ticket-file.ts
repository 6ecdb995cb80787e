import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { ticketId } from '../ids.ts';
import { flexMatchLimits } from './limits.ts';
import { type SearchingTicket, ticketPlayerWithin } from './ticket.ts';

/** The most players of a running match (StartMatchBackfill). */
const backfillPlayers = 199;

const ticket = inEitherSpelling(
  z
    .strictObject({
      ticketId,
      startTime: z.iso.datetime({
        offset: true,
        error: ({ input }) =>
          input === undefined ? 'is missing' : 'must be ISO 8601, e.g. 2026-01-01T00:00:00Z',
      }),
      players: z.array(ticketPlayerWithin(flexMatchLimits)).min(1, 'at least 1 player'),
      backfill: z.boolean().optional(),
    })
    .superRefine(({ players, backfill }, context) => {
      const most = backfill ? backfillPlayers : flexMatchLimits.playersPerTicket;
      const refuse = (path: (string | number)[], message: string) =>
        context.addIssue({ code: 'custom', path, message });
      if (players.length > most) refuse(['players'], `at most ${most} players`);
      if (!backfill) return;
      for (const [index, player] of players.entries())
        if (player.team === undefined) refuse(['players', index, 'team'], 'needed in a backfill ticket');
    }),
);

/**
 * Tickets in FlexMatch's wire form, `[{ ticketId, startTime, players: [{ playerId, attributes: { skill: { N:
 * 23 } }, latencyInMs: { eu: 40 }, team? }], backfill? }]`; names may be the API's (`PlayerId`,
 * `PlayerAttributes`, ...).
 */
export const ticketFile = z.array(ticket).superRefine((tickets, context) => {
  const seen = new Set<string>();
  for (const [index, { ticketId: id }] of tickets.entries()) {
    if (seen.has(id))
      context.addIssue({ code: 'custom', path: [index, 'ticketId'], message: `${id} is there twice` });
    seen.add(id);
  }
});

/**
 * As the engine reads them, oldest first; `ms` turns an ISO time into ms since 1970. Ties keep the file's
 * order.
 */
export function toSearching(
  tickets: z.output<typeof ticketFile>,
  ms: (iso: string) => number,
): SearchingTicket[] {
  return tickets
    .map(({ startTime, players, backfill, ticketId: id }) => ({
      ticketId: id,
      since: ms(startTime),
      players: backfill ? players : players.map(({ team: _team, ...player }) => player),
      ...(backfill && { backfill }),
    }))
    .sort((a, b) => a.since - b.since);
}
