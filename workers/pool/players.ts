import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import { readLines } from '../../jobs/lines.ts';

/** What a player is up to. */
export interface Presence {
  /** Their newest ticket, until it is forgotten some minutes after its end. */
  readonly ticketId: string | undefined;
  /** The live match that they are in. */
  readonly matchId: string | undefined;
}

/** What the queue Redis knows of players. */
export function openPlayers(redis: Redis, keys: DomainKeys) {
  return {
    /** Players who have a ticket or are in a live match; the others are left out. */
    async presence(playerIds: readonly string[]): Promise<ReadonlyMap<string, Presence>> {
      if (playerIds.length === 0) return new Map();
      const texts = await redis.mget(...playerIds.map(keys.player));
      return new Map(
        playerIds.flatMap((id, index) => {
          const [ticketId, matchId] = readLines(texts[index] ?? '', 2) ?? [];
          return ticketId || matchId
            ? [[id, { ticketId: ticketId || undefined, matchId: matchId || undefined }] as const]
            : [];
        }),
      );
    },
  };
}
