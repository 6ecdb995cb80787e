import type { Redis } from 'ioredis';
import { domainKeys, poolTag } from '../../jobs/keys.ts';
import { matchCalls } from '../../jobs/matchmaking/match-calls.ts';
import { ticketCalls } from '../../jobs/matchmaking/ticket-calls.ts';
import { connectionOf, type DescribedTicket } from '../../jobs/session/described-ticket.ts';
import type { PlacementOutcome } from '../../jobs/session/placement.ts';
import { playersOf, readStoredTicket, type StoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import { openScript } from '../connection/script.ts';

export type Tickets = ReturnType<typeof openTickets>;

/** The tickets of a domain: what producers decide at the call, and what they read. */
export function openTickets(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const script = <Result>(name: string) => openScript<Result>(redis, poolTag(domain), name);

  return {
    ...ticketCalls(script),
    ...matchCalls(script),

    /** Tickets that are here, in the order asked for. */
    async describe(ticketIds: readonly string[]): Promise<DescribedTicket[]> {
      if (ticketIds.length === 0) return [];
      const texts = await redis.mget(ticketIds.map((id) => keys.ticket(id)));
      return texts.flatMap((text) => {
        const stored = readStoredTicket(text);
        return stored ? [described(stored)] : [];
      });
    },
  };
}

function described(stored: StoredTicket): DescribedTicket {
  const { id, configuration, status, start, ended, reason, message, match, fills, placement } = stored;
  const party = playersOf(stored);
  return {
    ticketId: id,
    configuration,
    status,
    startTime: new Date(Number(start)).toISOString(),
    players: party,
    ...(reason && { statusReason: reason }),
    ...(message && { statusMessage: message }),
    ...(ended && { endTime: new Date(Number(ended)).toISOString() }),
    ...(match && { matchId: match }),
    ...(placement && { gameSessionConnectionInfo: connectionOf(placedAt(placement), party) }),
    ...(fills && { fills }),
  };
}

const placedAt = (placement: string) =>
  (JSON.parse(placement) as Extract<PlacementOutcome, { kind: 'placed' }>).gameSession;
