import type { Redis } from 'ioredis';
import type { DomainKeys } from '../../jobs/keys.ts';
import type { Pass } from '../../jobs/matchmaking/engine/match.ts';
import { type StoredEvent, storedEvents } from '../../jobs/matchmaking/event.ts';
import type { Scripts } from './script.ts';

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

/** What a follower has before it. */
export interface Page {
  /** Fleet time, ms. */
  readonly now: number;
  /** Position of the stream's latest event. */
  readonly latest: string;
  /** Position of the last event it has taken. */
  readonly position: string;
  /** Events that were forgotten before it took them. */
  readonly lost: number;
  /** What follows its position, and the position after that. */
  readonly events: readonly StoredEvent[];
  readonly end: string;
}

/** How far a follower goes on: from the position it read from to that of the last event it took. */
export interface Stride {
  readonly from: string;
  readonly to: string;
}

/** Events forgotten by one script call: about a millisecond. */
const trimmedAtOnce = 5_000;
/** Events on a page. */
const pageLength = 200;
/** How long (ms) a follower is held without a sign of life. */
const leaseMs = 30_000;
/** After a failure (ms); it doubles. */
const rest = { first: 500, longest: 30_000 };

/** What is told of tickets: the event stream and what its entries carry. */
export function openEvents(redis: Redis, keys: DomainKeys, script: Scripts) {
  const run = {
    trimEvents: script<[number, number]>('trim-events'),
    follow: script<['busy'] | ['held', string, string, string, number, [string, string[]][]]>('follow'),
    advance: script<number>('advance'),
    release: script<number>('release'),
  };

  return {
    /** Keeps what the pool's latest pass found, for events of tickets that end without a match. */
    async noteRules(pool: string, evaluations: Pass['ruleEvaluations']): Promise<void> {
      const rules = JSON.stringify(ruleMetrics(evaluations));
      await redis.set(keys.rules(pool), rules, 'EX', longestSearchSeconds);
    },

    /** Forgets events beyond retention, step by step, until none is left or `signal` says so. Returns how many. */
    async trimEvents({ retentionMs, mostBytes }: Retention, signal: AbortSignal): Promise<number> {
      let forgotten = 0;
      for (let more = 1; more === 1 && !signal.aborted; ) {
        const [now, still] = await run.trimEvents(retentionMs, mostBytes, trimmedAtOnce);
        forgotten += now;
        more = still;
      }
      return forgotten;
    },

    /** The next page of a follower, from now on held by `holder`; `busy` when another holds it or it rests. */
    async follow(follower: string, holder: string, begin: 'oldest' | 'latest'): Promise<Page | 'busy'> {
      const answer = await run.follow(follower, holder, leaseMs, pageLength, begin);
      if (answer[0] === 'busy') return 'busy';
      const [, now, latest, position, lost, entries] = answer;
      return {
        now: Number(now),
        latest,
        position,
        lost,
        events: entries.flatMap(storedEvents),
        end: entries.at(-1)?.[0] ?? position,
      };
    },

    /**
     * Moves a follower on, and keeps the events it could not take (JSON); `false` when it is not `holder`'s, or not at
     * `from`, any more, or a failover has lost what was read.
     */
    async advance(
      follower: string,
      holder: string,
      { from, to }: Stride,
      refused: readonly string[] = [],
    ): Promise<boolean> {
      return (await run.advance(follower, holder, from, to, ...refused)) === 1;
    },

    /** Lets it go, to rest after a failure; `false` when it is not `holder`'s any more. */
    async release(follower: string, holder: string, outcome: 'well' | 'failed'): Promise<boolean> {
      const failed = outcome === 'failed' ? 1 : 0;
      return (await run.release(follower, holder, failed, rest.first, rest.longest)) === 1;
    },

    /** The topic of each configuration that has one. */
    topics: (): Promise<Record<string, string>> => redis.hgetall(keys.topics()),
  };
}
