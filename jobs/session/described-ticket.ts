import { z } from 'zod';
import { byName } from '../by-name.ts';
import type { Actor } from '../contract.ts';
import { ticketStatuses } from '../ticket/lifecycle.ts';
import type { TicketPlayer } from '../ticket/ticket.ts';
import type { GameSession } from './placement.ts';

const time = z.iso.datetime();
const ticketStatus = z.enum(ticketStatuses);

const attribute = z.union([
  z.object({ N: z.number() }),
  z.object({ S: z.string() }),
  z.object({ SL: z.array(z.string()) }),
  z.object({ SDM: byName(z.string(), z.number()) }),
]);

const describedPlayer = z.object({
  playerId: z.string(),
  attributes: byName(z.string(), attribute),
  latencyInMs: byName(z.string(), z.number()).optional(),
  team: z.string().optional(),
});

/** A ticket as DescribeMatchmaking shows it. Times are ISO 8601. */
export const describedTicket = z.object({
  ticketId: z.string(),
  configuration: z.string(),
  status: ticketStatus,
  /**
   * One word for a terminal status or a return to searching, e.g. `TimedOut`; absent when there is nothing to
   * say.
   */
  statusReason: z.string().exactOptional(),
  statusMessage: z.string().exactOptional(),
  startTime: time,
  endTime: time.exactOptional(),
  /**
   * While SEARCHING: what half of the tickets like it waited at most lately, seconds from their start;
   * absent: unknown.
   */
  estimatedWaitTime: z.number().exactOptional().describe('Seconds from its start'),
  matchId: z.string().exactOptional().describe('From PLACING on'),
  fills: z.string().exactOptional().describe('Of a backfill ticket: the running match that wants players'),
  players: z.array(describedPlayer).readonly(),
  /** Where a COMPLETED ticket's match is played, when a webhook placed it. */
  gameSessionConnectionInfo: z
    .object({
      ipAddress: z.string(),
      port: z.int(),
      dnsName: z.string().optional(),
      gameSessionArn: z.string().optional(),
      /** What this ticket's players show the server. */
      matchedPlayerSessions: z.array(z.object({ playerId: z.string(), playerSessionId: z.string() })),
    })
    .exactOptional(),
});
export type DescribedTicket = z.output<typeof describedTicket>;

/** Players know of tickets they are in; a backfill ticket lists players too, but it is its match's. */
export const mayKnow = (actor: Actor, { fills, players }: DescribedTicket): boolean =>
  actor.kind === 'service' || (!fills && players.some((player) => player.playerId === actor.playerId));

/** Where a match is played, with the player sessions of one ticket: another ticket's are its own secret. */
export function connectionOf(
  { playerSessions = [], ...where }: GameSession,
  party: readonly TicketPlayer[],
): NonNullable<DescribedTicket['gameSessionConnectionInfo']> {
  const own = new Set(party.map((player) => player.playerId));
  return { ...where, matchedPlayerSessions: playerSessions.filter((it) => own.has(it.playerId)) };
}
