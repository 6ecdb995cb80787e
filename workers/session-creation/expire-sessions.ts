import { done } from '../../jobs/contract.ts';
import { sessionLifeSeconds } from '../../jobs/session/session.ts';
import { expireSessions } from '../../jobs/session-creation/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Sessions } from '../records/sessions.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface ExpireStores {
  readonly sessions: Sessions;
  readonly cache: SessionCache;
  readonly pool: Pick<Pool, 'redisTime' | 'matches'>;
  /** The record refuses to expire a session, with its reason. */
  readonly onRefused: (sessionId: string, reason: string) => void;
}

/** Sessions looked at in one round. */
const most = 500;

export const expireSessionsDuty: OpenDuty<Omit<ExpireStores, 'onRefused'>> = (stores, { log }) => {
  const onRefused = (session: string, reason: string) =>
    log.error({ session, reason }, 'DocumentDB refuses to expire a session');
  return duty(expireSessions, expireOldSessions({ ...stores, onRefused }));
};

/**
 * Expires sessions in which nothing happened for a day of the queue Redis' time, in rounds until none is left
 * or the job's time is over. Those whose players play or have a ticket go on. The record first: a crash
 * before the cache leaves a session there that is too old to be believed.
 */
export const expireOldSessions =
  ({ sessions, cache, pool, onRefused }: ExpireStores): Handler<unknown> =>
  async (_items, { signal }) => {
    let expired = 0;
    for (let more = true; more && !signal.aborted; ) {
      const time = await pool.redisTime();
      const [now, since] = [new Date(time), new Date(time - sessionLifeSeconds * 1_000)];
      const stale = await sessions.stale(since, most);
      if (stale.length === 0) break;
      const present = await pool.matches.presence(stale.map((it) => it.player_id));
      const [busy, idle] = [true, false].map((isBusy) =>
        stale.flatMap((it) => (present.has(it.player_id) === isBusy ? it._id : [])),
      ) as [string[], string[]];
      const refused = new Map([
        ...(await sessions.prolong(busy, now)),
        ...(await sessions.expire(idle, since, now)),
      ]);
      for (const [sessionId, reason] of refused) onRefused(sessionId, reason);
      await cache.putSessions(await sessions.find(stale.map((it) => it._id)));
      expired += idle.filter((id) => !refused.has(id)).length;
      // Those that are refused would be found again.
      more = stale.length === most && refused.size < most;
    }
    return done({ expired });
  };
