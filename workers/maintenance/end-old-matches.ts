import { done } from '../../jobs/contract.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';
import type { Sessions } from '../records/sessions.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

interface OldMatchStores {
  readonly pool: Pick<Pool, 'oldMatches' | 'endMatches'>;
  readonly sessions: Sessions;
  readonly cache: SessionCache;
}

/**
 * Ends matches that nobody has reported a result of for too long: first their players' sessions, since the queue is what finds
 * them again. A result that comes later is still rated.
 */
export const endOldMatches =
  ({ pool, sessions, cache }: OldMatchStores, ttlMs: number): Handler<unknown> =>
  async () => {
    const old = await pool.oldMatches(ttlMs);
    for (const { matchId, playerIds } of old)
      await cache.putSessions(await sessions.leave(matchId, playerIds, new Date()));
    await pool.endMatches(old.map((it) => it.matchId));
    return done({ ended: old.length });
  };
