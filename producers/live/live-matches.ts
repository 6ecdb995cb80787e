import type { Redis } from 'ioredis';
import { domainKeys } from '../../jobs/keys.ts';
import { readLines } from '../../jobs/lines.ts';

/**
 * Lines of a player: the newest ticket, then the live match that they are in; see
 * `jobs/scripts/libraries/players.lua`.
 */
const [ticketLine, playingLine] = [0, 1];

/** What a player is in now. */
export interface LivePlayer {
  /** Their newest ticket, until it is forgotten. */
  readonly ticketId?: string;
  readonly matchId?: string;
}

/** Which tickets and live matches players are in. */
export function openLiveMatches(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  /** What one player is in; `undefined`: nothing is known of them. */
  const livePlayer = async (playerId: string): Promise<LivePlayer | undefined> => {
    const text = await redis.get(keys.player(playerId));
    const lines = text === null ? undefined : readLines(text, playingLine + 1);
    if (!lines) return undefined;
    const [ticketId, matchId] = [lines[ticketLine], lines[playingLine]];
    return { ...(ticketId && { ticketId }), ...(matchId && { matchId }) };
  };

  /** By match those of the players who are in it. */
  const liveMatches = async (playerIds: readonly string[]): Promise<Map<string, string[]>> => {
    const texts = playerIds.length === 0 ? [] : await redis.mget(playerIds.map((id) => keys.player(id)));
    const playing = new Map<string, string[]>();
    for (const [index, text] of texts.entries()) {
      const match = text && readLines(text, playingLine + 1)?.[playingLine];
      if (match) playing.set(match, [...(playing.get(match) ?? []), playerIds[index] ?? '']);
    }
    return playing;
  };
  return { livePlayer, liveMatches };
}
