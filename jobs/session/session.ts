import { z } from 'zod';
/**
 * What a session is by itself; matches do not change it. Every move:
 *
 *     ACTIVE ──end──▶ ENDED        asked for
 *     ACTIVE ──expire──▶ EXPIRED   nothing happened in it for `sessionLifeSeconds`
 */
export const storedSessionStatus = z.enum(['ACTIVE', 'ENDED', 'EXPIRED']);
export type StoredSessionStatus = z.output<typeof storedSessionStatus>;

/**
 * An open session is this old (s) when it expires, unless its player then plays or has a ticket: it goes on
 * for as long again. A day: longer than any match, shorter than forgetting.
 */
export const sessionLifeSeconds = 24 * 3600;

/** What the session cache holds at `sessions:<id>`, every field a string as Redis keeps it. */
const cachedSession = z.object({
  player_id: z.string(),
  status: storedSessionStatus,
  /** The player's visible rating when the session began. */
  rating: z.string(),
  /** When the session last changed, ms since 1970. */
  timestamp: z.string(),
});
export type CachedSession = z.output<typeof cachedSession>;

/** A session as it is now. */
export const describedSession = cachedSession.extend({
  /** An ACTIVE session is IN_MATCH while its player is in a live match. */
  status: z.enum([...storedSessionStatus.options, 'IN_MATCH']),
  /** The player's visible rating: now while the session is open, when it began once it is over. */
  rating: z.string(),
  /** That match, while it is IN_MATCH. */
  match_id: z.string().exactOptional(),
});
export type DescribedSession = z.output<typeof describedSession>;

/** Seconds a cached session lives after it was last written or read; a miss is filled from DocumentDB. */
export const sessionCacheSeconds = 6 * 3600;
