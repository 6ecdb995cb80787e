import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { AutomaticBackfill } from '../../jobs/matchmaking/backfill.ts';
import type { TicketPlayer } from '../../jobs/matchmaking/ticket.ts';
import type { Scripts } from './script.ts';

/** A player of a running match whose match wants company. */
export interface Playing {
  readonly player: TicketPlayer;
  /** An earlier ticket of theirs whose match is known to be over. */
  readonly over?: string | undefined;
}

/** The ticket that brought a player into their latest match, as far as Redis remembers. */
export interface LatestMatch {
  readonly ticketId: string;
  readonly matchId: string;
}

/** Backfill tickets: each asks for company for the players of one running match. */
export function openBackfills(redis: Redis, keys: DomainKeys, script: Scripts) {
  const run = {
    enterBackfill: script<string>('enter-backfill'),
    leave: script<string>('leave'),
    endBackfills: script<string[]>('end-backfills'),
  };

  return {
    /** `entered`, `superseded`, `placing`, `empty`, a status, or `missing`: see `enter-backfill.lua`. */
    enterBackfill: (
      ticketId: string,
      pool: string,
      timeoutMs: number,
      playing: readonly Playing[],
    ): Promise<string> =>
      run.enterBackfill(
        ticketId,
        pool,
        timeoutMs,
        ...playing.flatMap(({ player, over }) => [
          player.playerId,
          player.team ?? '',
          JSON.stringify(player),
          over ?? '',
        ]),
      ),

    /** Players left a running match: `dropped`, `placing`, `opened` or `none`, see `leave.lua`. */
    leave: (
      matchId: string,
      configuration: string,
      playerIds: readonly string[],
      automatic: AutomaticBackfill | undefined,
    ): Promise<string> =>
      run.leave(matchId, configuration, playerIds.length, ...playerIds, ...automaticArgs(automatic)),

    /** Matches are over: cancels their backfill tickets, and returns which. */
    async endBackfills(matchIds: readonly string[]): Promise<string[]> {
      return matchIds.length === 0 ? [] : run.endBackfills(...matchIds);
    },

    /** Per player the match their newest ticket ended in; `undefined` where it ended in none, or is forgotten. */
    async latestMatches(playerIds: readonly string[]): Promise<(LatestMatch | undefined)[]> {
      const newest = await Promise.all(
        playerIds.map((id) => redis.hmget(keys.player(id), 'ticket', 'match')),
      );
      return await Promise.all(
        newest.map(async ([ticketId, goesOnIn]) => {
          if (!ticketId) return undefined;
          const [status, matchId] = await redis.hmget(keys.ticket(ticketId), 'status', 'match');
          return status === 'COMPLETED' && matchId ? { ticketId, matchId: goesOnIn ?? matchId } : undefined;
        }),
      );
    },
  };
}

/** A backfill ticket to open, as `next_automatic` in `automatic-backfill.lua` reads it. */
export const automaticArgs = (automatic: AutomaticBackfill | undefined): (string | number)[] =>
  automatic
    ? [
        automatic.ticketId,
        automatic.pool,
        automatic.timeoutMs,
        automatic.players.length,
        ...automatic.players.flatMap((player) => [player.playerId, player.team, JSON.stringify(player)]),
      ]
    : [''];
