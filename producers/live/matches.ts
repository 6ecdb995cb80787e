import type { Redis } from 'ioredis';
import { toRedisTime } from '../../jobs/fleet-time.ts';
import { domainKeys } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { openClock } from './clock.ts';

/** A match that is not in DocumentDB yet. Times are Redis time in ms. */
export type PendingMatch =
  | { readonly stage: 'proposed'; readonly match: CommittedMatch }
  | {
      readonly stage: 'decided';
      readonly match: CommittedMatch;
      readonly decidedAt: number;
      readonly jobId: string;
    };

/** Matches on their way: proposals, and decided ones whose effect is not confirmed. */
export function openPendingMatches(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  const clock = openClock(redis, domain);
  return {
    async pendingMatch(matchId: string): Promise<PendingMatch | undefined> {
      const [entry, jobId, decidedAt, proposal, read] = await Promise.all([
        redis.hget(keys.outbox(), matchId),
        redis.hget(keys.outboxJob(), matchId),
        redis.hget(keys.outboxAt(), matchId),
        redis.hget(keys.proposal(matchId), 'entry'),
        clock(),
      ]);
      if (entry)
        return {
          stage: 'decided',
          match: JSON.parse(entry) as CommittedMatch,
          decidedAt: toRedisTime(read, Number(decidedAt)),
          jobId: jobId ?? '',
        };
      if (proposal) return { stage: 'proposed', match: JSON.parse(proposal) as CommittedMatch };
      return undefined;
    },
  };
}
