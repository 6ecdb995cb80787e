import { z } from 'zod';
import { wellFormed } from '../matchmaking/ticket.ts';

export const sessionStatuses = ['ACTIVE', 'IN_MATCH', 'ENDED', 'EXPIRED'] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

interface Move {
  readonly from: readonly SessionStatus[];
  readonly to: SessionStatus;
}

/**
 * A session is one player's presence in the game: `ACTIVE` (in the lobby), `IN_MATCH`, and over. Every legal move:
 *
 *     ACTIVE ──start-match──▶ IN_MATCH ──result, leave──▶ ACTIVE
 *     ACTIVE, IN_MATCH ──end──▶ ENDED      asked for
 *     ACTIVE, IN_MATCH ──expire──▶ EXPIRED nothing happened in it for `sessionLifeSeconds`
 *
 * A match takes a session out of an older one: a player who left without a word is in the newer.
 */
export const sessionMoves = {
  'start-match': { from: ['ACTIVE', 'IN_MATCH'], to: 'IN_MATCH' },
  result: { from: ['IN_MATCH'], to: 'ACTIVE' },
  leave: { from: ['IN_MATCH'], to: 'ACTIVE' },
  end: { from: ['ACTIVE', 'IN_MATCH'], to: 'ENDED' },
  expire: { from: ['ACTIVE', 'IN_MATCH'], to: 'EXPIRED' },
} as const satisfies Record<string, Move>;

/** A session nothing happened in for this long (seconds) expires. A day: longer than any match, shorter than forgetting. */
export const sessionLifeSeconds = 24 * 3600;

export const sessionId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[a-zA-Z0-9.-]+$/, 'only letters, digits, "-" and "." (at most 128)');

/** A Cognito `sub`, or whatever id an upstream service knows its players by. */
export const playerId = wellFormed(1024);

/** What the session cache holds at `sessions:<id>`, every field a string as Redis keeps it. */
export interface CachedSession {
  readonly player_id: string;
  readonly status: SessionStatus;
  /** The player's visible rating when the session last changed. */
  readonly rating: string;
  /** When the session last changed, ms since 1970. */
  readonly timestamp: string;
}

/** Seconds a cached session lives after it was last written or read; a miss is filled from DocumentDB. */
export const sessionCacheSeconds = 6 * 3600;
