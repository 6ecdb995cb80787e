import type { EventOrigin } from '../../../jobs/event/event.ts';
import type { DescribedTicket } from '../../../jobs/session/described-ticket.ts';
import type { TicketPlayer } from '../../../jobs/ticket/ticket.ts';
import { arnOf } from './names.ts';
import { toWirePlayer } from './players.ts';

/** A ticket that has just started; GameLift answers QUEUED, and tells of SEARCHING when asked. */
export const startedTicket = (
  ticket: { readonly ticketId: string; readonly startTime: string },
  configuration: string,
  players: readonly TicketPlayer[],
  origin: EventOrigin,
) => ({
  TicketId: ticket.ticketId,
  ConfigurationName: configuration,
  ConfigurationArn: arnOf('configuration', configuration, origin),
  Status: 'QUEUED',
  StartTime: new Date(ticket.startTime),
  Players: players.map(toWirePlayer),
});

/** `teamOf`: of a COMPLETED ticket, which team each player is on. */
export function toWireTicket(
  ticket: DescribedTicket,
  teamOf: ReadonlyMap<string, string> | undefined,
  origin: EventOrigin,
) {
  const { ticketId, configuration, status, players, endTime, gameSessionConnectionInfo: where } = ticket;
  return {
    TicketId: ticketId,
    ConfigurationName: configuration,
    ConfigurationArn: arnOf('configuration', configuration, origin),
    Status: status,
    StatusReason: ticket.statusReason,
    StatusMessage: ticket.statusMessage,
    StartTime: new Date(ticket.startTime),
    EndTime: endTime === undefined ? undefined : new Date(endTime),
    EstimatedWaitTime:
      ticket.estimatedWaitTime === undefined ? undefined : Math.round(ticket.estimatedWaitTime),
    Players: players.map((player) => {
      const team = teamOf?.get(player.playerId) ?? player.team;
      return toWirePlayer(team === undefined ? player : { ...player, team });
    }),
    GameSessionConnectionInfo: where && {
      GameSessionArn: where.gameSessionArn,
      IpAddress: where.ipAddress,
      DnsName: where.dnsName,
      Port: where.port,
      MatchedPlayerSessions: where.matchedPlayerSessions.map(({ playerId, playerSessionId }) => ({
        PlayerId: playerId,
        PlayerSessionId: playerSessionId,
      })),
    },
  };
}
