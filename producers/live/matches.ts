import type { Redis } from 'ioredis';
import { domainKeys } from '../../jobs/keys.ts';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';

/** A match that is not in DocumentDB yet. Times in ms. */
export type PendingMatch =
  | { readonly stage: 'proposed'; readonly match: CommittedMatch; readonly until: number }
  | {
      readonly stage: 'decided';
      readonly match: CommittedMatch;
      readonly decidedAt: number;
      readonly jobId: string;
    };

/** Matches on their way: proposals, and decided ones whose effect is not confirmed. */
export function openPendingMatches(redis: Redis, domain: string) {
  const keys = domainKeys(domain);
  return {
    async pendingMatch(matchId: string): Promise<PendingMatch | undefined> {
      const [entry, jobId, decidedAt, proposal, until] = await Promise.all([
        redis.hget(keys.outbox(), matchId),
        redis.hget(keys.outboxJob(), matchId),
        redis.hget(keys.outboxAt(), matchId),
        redis.hget(keys.proposal(matchId), 'entry'),
        redis.zscore(keys.proposals(), matchId),
      ]);
      if (entry)
        return {
          stage: 'decided',
          match: JSON.parse(entry) as CommittedMatch,
          decidedAt: Number(decidedAt),
          jobId: jobId ?? '',
        };
      if (proposal)
        return { stage: 'proposed', match: JSON.parse(proposal) as CommittedMatch, until: Number(until) };
      return undefined;
    },
  };
}
