/**
 * What a session is by itself; matches do not change it. Every move:
 *
 *     ACTIVE ──end──▶ ENDED        asked for
 *     ACTIVE ──expire──▶ EXPIRED   nothing happened in it for `sessionLifeSeconds`
 */
export type StoredSessionStatus = 'ACTIVE' | 'ENDED' | 'EXPIRED';

/**
 * An open session is this old (s) when it expires, unless its player then plays or has a ticket: it goes on for as long again. A
 * day: longer than any match, shorter than forgetting.
 */
export const sessionLifeSeconds = 24 * 3600;

/** What the session cache holds at `sessions:<id>`, every field a string as Redis keeps it. */
export interface CachedSession {
  readonly player_id: string;
  readonly status: StoredSessionStatus;
  /** The player's visible rating when the session began. */
  readonly rating: string;
  /** When the session last changed, ms since 1970. */
  readonly timestamp: string;
}

/** A session as it is now. */
export interface DescribedSession extends Omit<CachedSession, 'status'> {
  /** An ACTIVE session is IN_MATCH while its player is in a live match. */
  readonly status: StoredSessionStatus | 'IN_MATCH';
  /** The player's visible rating: now while the session is open, when it began once it is over. */
  readonly rating: string;
  /** That match, while it is IN_MATCH. */
  readonly match_id?: string;
}

/** Seconds a cached session lives after it was last written or read; a miss is filled from DocumentDB. */
export const sessionCacheSeconds = 6 * 3600;
