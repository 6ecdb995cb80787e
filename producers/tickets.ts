import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Actor } from '../jobs/contract.ts';
import { domainKeys, poolTag } from '../jobs/keys.ts';
import type { DescribedTicket } from '../jobs/matchmaking/described-ticket.ts';
import type { TicketPlayer, TicketStatus } from '../jobs/matchmaking/ticket.ts';
import type { PlacementOutcome } from '../jobs/session-creation/placement.ts';
import { parseTraceHeader } from '../jobs/trace-header.ts';
import { RequestError } from './request-error.ts';
import { openScript } from './script.ts';

/** A ticket about to be reserved. */
export interface Reserving {
  readonly ticketId: string;
  readonly configuration: string;
  readonly players: readonly TicketPlayer[];
  readonly actor: Actor;
  /** Of a backfill ticket: the running match that wants players. */
  readonly fills?: string;
  /** Header of the trace its start call belongs to; kept with the ticket unless that is not recorded. */
  readonly trace?: string | undefined;
}

/** A reserved ticket: it exists, `startTime` (Redis time, ms) is where its waiting begins. */
export interface Reserved {
  readonly ticketId: string;
  readonly sequence: number;
  readonly startTime: number;
  /** A stop arrived first: it is CANCELLED already. */
  readonly stopped: boolean;
}

export type TicketReader = ReturnType<typeof openTickets>;

/** The tickets of a domain as producers see them: they reserve and read, and leave every other change to workers. */
export function openTickets(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const reserve = openScript<[string, string?, string?][]>(redis, poolTag(domain), 'reserve');

  return {
    /** One script call; the result of each ticket stands alone. */
    async reserve(jobId: string, tickets: readonly Reserving[]): Promise<(Reserved | RequestError)[]> {
      const args = tickets.flatMap(({ ticketId, configuration, players, actor, fills = '', trace }) => [
        ticketId,
        configuration,
        JSON.stringify(players),
        JSON.stringify(players.map(({ playerId, team }) => (fills ? { playerId, team } : { playerId }))),
        JSON.stringify(actor),
        randomUUID(),
        fills,
        parseTraceHeader(trace)?.sampled === false ? '' : (trace ?? ''),
      ]);
      const rows = await reserve(jobId, ...args);
      return tickets.map((ticket, index) => verdictOf(ticket, rows[index] ?? ['lost']));
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
    case 'stopped':
      return {
        ticketId,
        sequence: Number(sequence),
        startTime: Number(startTime),
        stopped: word === 'stopped',
      };
    case 'taken':
      return new RequestError(
        'conflict',
        `ticketId: ${ticketId} was used before (${detail}); a retry needs a new ticket id`,
      );
    case 'unknown-configuration':
      return new RequestError('not-found', `configuration: ${configuration} does not exist`);
    case 'behind':
      return new RequestError(
        'unavailable',
        `configuration: matchmaking of ${configuration} is ${Math.round(Number(detail) / 1_000)} s behind and takes no new tickets until it has caught up; nothing was queued`,
      );
    case 'placing':
      return new RequestError(
        'conflict',
        `players: ${detail} is being placed by an earlier ticket; start again when it is COMPLETED or FAILED`,
      );
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
