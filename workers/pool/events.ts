import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { Pass } from '../../jobs/matchmaking/engine/match.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';

/** FlexMatch reports on its top 50 rules. */
const rulesInEvents = 50;

/** No ticket waits longer for a pass. Expiry is clean-up: rules are shown, and decide nothing. */
const longestSearchSeconds = 43_200;

/** As events tell it: how often each rule passed and failed. */
export const ruleMetrics = (evaluations: Pass['ruleEvaluations']): Pass['ruleEvaluations'] =>
  evaluations.slice(0, rulesInEvents);

/** How much of the stream is kept: what is older, or beyond the bytes, is forgotten. */
export interface Retention {
  readonly retentionMs: number;
  readonly mostBytes: number;
}

/** Events forgotten by one script call: about a millisecond. */
const trimmedAtOnce = 5_000;

/** What is told of tickets: the event stream and what its entries carry. */
export function openEvents(redis: Redis, keys: DomainKeys, script: BindScript) {
  const run = {
    trimEvents: script<[number, number]>('trim-events'),
  };

  return {
    /** Keeps what the pool's latest pass found, for events of tickets that end without a match. */
    async noteRules(pool: string, evaluations: Pass['ruleEvaluations']): Promise<void> {
      const rules = JSON.stringify(ruleMetrics(evaluations));
      await redis.set(keys.rules(pool), rules, 'EX', longestSearchSeconds);
    },

    /**
     * Forgets events beyond retention, step by step, until none is left or `signal` says so. Returns how
     * many.
     */
    async trimEvents({ retentionMs, mostBytes }: Retention, signal: AbortSignal): Promise<number> {
      let forgotten = 0;
      for (let more = 1; more === 1 && !signal.aborted; ) {
        const [now, still] = await run.trimEvents(retentionMs, mostBytes, trimmedAtOnce);
        forgotten += now;
        more = still;
      }
      return forgotten;
    },

    /** The topic of each configuration that has one. */
    topics: (): Promise<Record<string, string>> => redis.hgetall(keys.topics()),
  };
}
