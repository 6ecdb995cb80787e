import type { Redis } from 'ioredis';
import type { Pass } from '../../jobs/matchmaking/engine/match.ts';

/** FlexMatch reports on its top 50 rules. */
const rulesInEvents = 50;

/** No ticket waits longer for a pass. */
const longestSearchSeconds = 43_200;

/** As events tell it: how often each rule passed and failed. */
export const ruleMetrics = (evaluations: Pass['ruleEvaluations']): Pass['ruleEvaluations'] =>
  evaluations.slice(0, rulesInEvents);

/** What is told of tickets: the event stream and what its entries carry. */
export function openEvents(redis: Redis, tag: string) {
  return {
    /** Keeps what the pool's latest pass found, for events of tickets that end without a match. */
    async noteRules(pool: string, evaluations: Pass['ruleEvaluations']): Promise<void> {
      await redis.set(
        `${tag}:rules:${pool}`,
        JSON.stringify(ruleMetrics(evaluations)),
        'EX',
        longestSearchSeconds,
      );
    },
  };
}
