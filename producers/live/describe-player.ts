import type { Redis } from 'ioredis';
import { domainKeys } from '../../jobs/keys.ts';
import { readLines } from '../../jobs/lines.ts';
import type { PlayerOnRecord } from '../../jobs/maintenance/read-players.ts';
import type { TicketState, TicketStates } from './ticket-state.ts';

/** What is known of a player now, and what is on record. */
export interface DescribedPlayer {
  readonly playerId: string;
  /** Their newest ticket, while the queue Redis has it. */
  readonly ticket?: Pick<TicketState, 'ticketId' | 'status' | 'configuration' | 'pool' | 'matchId'>;
  /** The live match that they are in. */
  readonly liveMatch?: string;
  /** Their latest session that ended, within two days. */
  readonly endedSession?: string;
  /** Absent where DocumentDB has no document of the player. */
  readonly record?: PlayerOnRecord;
}

export interface DescribePlayerParts {
  readonly redis: Redis;
  readonly domain: string;
  readonly states: TicketStates;
  /** What is on record of them. */
  readonly read: () => Promise<PlayerOnRecord | null>;
}

/** `undefined`: neither the queue Redis nor the record knows them. */
export async function describePlayer(
  playerId: string,
  { redis, domain, states, read }: DescribePlayerParts,
): Promise<DescribedPlayer | undefined> {
  const [text, record] = await Promise.all([redis.get(domainKeys(domain).player(playerId)), read()]);
  // As `jobs/scripts/libraries/players.lua` writes them.
  const [ticketId, liveMatch, endedSession] = (text && readLines(text, 4)) || [];
  if (!text && !record) return undefined;
  const found = ticketId ? await states.ticketState(ticketId) : undefined;
  return {
    playerId,
    ...(found && { ticket: ticketOf(found) }),
    ...(liveMatch && { liveMatch }),
    ...(endedSession && { endedSession }),
    ...(record && { record }),
  };
}

const ticketOf = ({ ticketId, status, configuration, pool, matchId }: TicketState) => ({
  ...{ ticketId, status, configuration },
  ...(pool !== undefined && { pool }),
  ...(matchId !== undefined && { matchId }),
});
