import type { Actor } from '../contract.ts';
import type { GameSession } from '../session/placement.ts';
import type { TicketStatus } from '../ticket/lifecycle.ts';
import type { TicketPlayer } from '../ticket/ticket.ts';

/** A ticket as DescribeMatchmaking shows it. Times are ISO 8601. */
export interface DescribedTicket {
  readonly ticketId: string;
  readonly configuration: string;
  readonly status: TicketStatus;
  /** One word for a terminal status or a return to searching, e.g. `TimedOut`; absent when there is nothing to say. */
  readonly statusReason?: string;
  readonly statusMessage?: string;
  readonly startTime: string;
  readonly endTime?: string;
  /** While SEARCHING: what half of the tickets like it waited at most lately, seconds from their start; absent: unknown. */
  readonly estimatedWaitTime?: number;
  /** From PLACING on. */
  readonly matchId?: string;
  /** Of a backfill ticket: the running match that wants players. */
  readonly fills?: string;
  readonly players: readonly TicketPlayer[];
  /** Where a COMPLETED ticket's match is played, when a webhook placed it. */
  readonly gameSessionConnectionInfo?: Omit<GameSession, 'playerSessions'> & {
    /** What this ticket's players show the server. */
    readonly matchedPlayerSessions: NonNullable<GameSession['playerSessions']>;
  };
}

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
