import { z } from 'zod';
import { wellFormed } from '../matchmaking/ticket.ts';

/**
 * A session is one player's presence in the game: `ACTIVE` (in the lobby), `IN_MATCH`, `ENDED`.
 *
 *     ACTIVE ──start-match──▶ IN_MATCH ──result──▶ ACTIVE ──end──▶ ENDED
 */
export const sessionStatuses = ['ACTIVE', 'IN_MATCH', 'ENDED'] as const;
export type SessionStatus = (typeof sessionStatuses)[number];

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

/** Seconds a cached session lives after its last change; a miss is filled from DocumentDB. */
export const sessionCacheSeconds = 6 * 3600;
