import type { Redis } from 'ioredis';
import { lagRefused } from '../../jobs/configuration/activity.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { Acceptance } from '../../jobs/matchmaking/ticket-explanation.ts';
import type { TicketStatus } from '../../jobs/ticket/lifecycle.ts';
import { playerIdsOf, readStoredTicket } from '../../jobs/ticket/stored-ticket.ts';
import { openClock, shown } from './clock.ts';

/** A ticket as scripts keep it, as far as explaining it needs. */
export interface TicketState {
  readonly ticketId: string;
  readonly status: TicketStatus;
  readonly configuration: string;
  readonly players: readonly string[];
  /** When it was asked for, Redis time in ms. */
  readonly start: number;
  /** The same, and when it times out, in fleet time (ms). */
  readonly since: number;
  readonly deadline?: number;
  readonly pool?: string;
  readonly matchId?: string;
  readonly reason: string;
  readonly message: string;
}

export type TicketStates = ReturnType<typeof openTicketStates>;

/** Single tickets and proposals, read from the keys that scripts write. */
export function openTicketStates(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const clock = openClock(redis, domain);

  return {
    async ticketState(ticketId: string): Promise<TicketState | undefined> {
      const stored = readStoredTicket(await redis.get(keys.ticket(ticketId)));
      if (!stored) return undefined;
      const { status, configuration, start, since, deadline, pool, match, reason, message } = stored;
      return {
        ticketId,
        status,
        configuration,
        players: playerIdsOf(stored),
        start: Number(start),
        since: Number(since),
        ...(deadline && { deadline: Number(deadline) }),
        ...(pool && { pool }),
        ...(match && { matchId: match }),
        reason,
        message,
      };
    },

    /** Who has answered a proposal; `undefined` when it was settled meanwhile. */
    async acceptance(matchId: string): Promise<Acceptance | undefined> {
      const [proposal, until, read] = await Promise.all([
        redis.hgetall(keys.proposal(matchId)),
        redis.zscore(keys.proposals(), matchId),
        clock(),
      ]);
      if (!proposal['tickets'] || !until) return undefined;
      const tickets = JSON.parse(proposal['tickets']) as { players: { playerId: string }[] }[];
      const players = tickets.flatMap((ticket) => ticket.players.map((player) => player.playerId));
      const waitingFor = players.filter((id) => proposal[`answer:${id}`] === undefined);
      return {
        until: shown(read, Number(until)),
        players: players.length,
        accepted: players.length - waitingFor.length,
        waitingFor,
      };
    },

    /** The start-match job of a decided match; `undefined` when the match was settled meanwhile. */
    startMatchJob: async (matchId: string): Promise<string | undefined> =>
      (await redis.hget(keys.outboxJob(), matchId)) ?? undefined,

    /** How far (ms) a configuration is behind that takes no new tickets for it; 0 where it takes them. */
    refusedLag: async (configuration: string): Promise<number> => {
      const [noted, { now }] = await Promise.all([redis.get(keys.behind(configuration)), clock()]);
      return lagRefused(noted, now);
    },

    /** Since when (ISO 8601) an operator has paused a configuration. */
    async pausedSince(configuration: string): Promise<string | undefined> {
      const since = await redis.hget(keys.configuration(configuration), 'paused');
      return since ? new Date(Number(since)).toISOString() : undefined;
    },
  };
}
