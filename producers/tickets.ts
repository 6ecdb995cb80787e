import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Actor } from '../jobs/contract.ts';
import { domainKeys, poolTag } from '../jobs/keys.ts';
import type { DescribedTicket } from '../jobs/matchmaking/described-ticket.ts';
import { keptTrace } from '../jobs/matchmaking/start-call.ts';
import type { TicketPlayer, TicketStatus } from '../jobs/matchmaking/ticket.ts';
import { ticketCalls } from '../jobs/matchmaking/ticket-calls.ts';
import type { PlacementOutcome } from '../jobs/session-creation/placement.ts';
import { RequestError } from './request-error.ts';
import { openScript } from './script.ts';

/** A backfill ticket about to be reserved. */
export interface Reserving {
  readonly ticketId: string;
  readonly configuration: string;
  readonly players: readonly TicketPlayer[];
  readonly actor: Actor;
  /** The running match that wants players. */
  readonly fills: string;
  /** Header of the trace its start call belongs to; kept with the ticket unless that is not recorded. */
  readonly trace?: string | undefined;
}

/** A reserved ticket: it exists, `startTime` (Redis time, ms) is where its waiting begins. */
export interface Reserved {
  readonly ticketId: string;
  readonly sequence: number;
  readonly startTime: number;
}

export type Tickets = ReturnType<typeof openTickets>;

/** The tickets of a domain: what producers decide at the call, and what they read. */
export function openTickets(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const script = <Result>(name: string) => openScript<Result>(redis, poolTag(domain), name);
  const reserve = script<[string, string?, string?]>('reserve');

  return {
    ...ticketCalls(script),

    /** Reserves a backfill ticket. */
    async reserve(jobId: string, ticket: Reserving): Promise<Reserved | RequestError> {
      const { ticketId, configuration, players, actor, fills, trace } = ticket;
      const row = await reserve(
        jobId,
        ticketId,
        configuration,
        JSON.stringify(players),
        JSON.stringify(players.map(({ playerId, team }) => ({ playerId, team }))),
        JSON.stringify(actor),
        randomUUID(),
        fills,
        keptTrace(trace),
      );
      return verdictOf(ticket, row);
    },

    /** Tickets that exist, in the order asked for. */
    async describe(ticketIds: readonly string[]): Promise<DescribedTicket[]> {
      const rows = await Promise.all(ticketIds.map((id) => redis.hgetall(keys.ticket(id))));
      return ticketIds.flatMap((ticketId, index) => {
        const row = rows[index];
        return row?.['players'] ? [described(ticketId, row)] : [];
      });
    },
  };
}

function verdictOf(
  { ticketId, configuration }: Reserving,
  row: readonly [string, string?, string?],
): Reserved | RequestError {
  const [verdict, sequence, startTime] = row;
  const [word, detail] = [verdict.split(':')[0], verdict.slice(verdict.indexOf(':') + 1)];
  switch (word) {
    case 'reserved':
      return { ticketId, sequence: Number(sequence), startTime: Number(startTime) };
    case 'taken':
      return new RequestError(
        'conflict',
        `ticketId: ${ticketId} was used before (${detail}); a retry needs a new ticket id`,
      );
    case 'unknown-configuration':
      return new RequestError('not-found', `configuration: ${configuration} does not exist`);
    default:
      throw new Error(`reserve.lua answered ${verdict}`);
  }
}

function described(ticketId: string, row: Record<string, string>): DescribedTicket {
  const { status, configuration, start, end, reason, message, match, fills, players, placement } = row;
  const party = JSON.parse(players ?? '[]') as TicketPlayer[];
  return {
    ticketId,
    configuration: configuration ?? '',
    status: status as TicketStatus,
    startTime: new Date(Number(start)).toISOString(),
    players: party,
    ...(reason && { statusReason: reason }),
    ...(message && { statusMessage: message }),
    ...(end && { endTime: new Date(Number(end)).toISOString() }),
    ...(match && { matchId: match }),
    ...(placement && { gameSessionConnectionInfo: connectionOf(placement, party) }),
    ...(fills && { fills }),
  };
}

/** Where a match is played, with the player sessions of one ticket: another ticket's are its own secret. */
function connectionOf(
  placement: string,
  party: readonly TicketPlayer[],
): NonNullable<DescribedTicket['gameSessionConnectionInfo']> {
  const { gameSession } = JSON.parse(placement) as Extract<PlacementOutcome, { kind: 'placed' }>;
  const { playerSessions = [], ...where } = gameSession;
  const own = new Set(party.map((player) => player.playerId));
  return { ...where, matchedPlayerSessions: playerSessions.filter((it) => own.has(it.playerId)) };
}
