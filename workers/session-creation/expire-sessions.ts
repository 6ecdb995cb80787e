import { done } from '../../jobs/contract.ts';
import { sessionLifeSeconds } from '../../jobs/session-creation/session.ts';
import type { Handler } from '../handler.ts';
import type { Sessions } from '../records/sessions.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

/** Sessions expired in one round. */
const most = 500;

/**
 * Expires sessions nothing happened in for a day, in rounds until none is left or the job's time is over. The record
 * first: a crash before the cache leaves a session there that is too old to be believed.
 */
export const expireOldSessions =
  ({ sessions, cache }: { readonly sessions: Sessions; readonly cache: SessionCache }): Handler<unknown> =>
  async (_items, { signal }) => {
    let expired = 0;
    for (let round = most; round === most && !signal.aborted; ) {
      const now = new Date();
      const gone = await sessions.expire(new Date(now.getTime() - sessionLifeSeconds * 1_000), most, now);
      await cache.putSessions(gone);
      round = gone.length;
      expired += round;
    }
    return done({ expired });
  };
