import type { Entry } from '../../jobs/chain.ts';
import type { BindScript } from '../../jobs/scripts/bind.ts';

/** The chained streams that can be followed. */
export type Stream = 'events' | 'endings';

/** The follower that publishes to a topic. */
export const topicFollower = (topic: string): string => `topic:${topic}`;

/** What a follower has before it. */
export interface Page {
  /** Fleet time, ms. */
  readonly now: number;
  /** Position of the stream's latest entry. */
  readonly latest: string;
  /** Position of the last entry it has taken. */
  readonly position: string;
  /** Events, or tickets that ended, that were forgotten before it took them. */
  readonly lost: number;
  /** What follows its position, and the position after that. */
  readonly entries: readonly Entry[];
  readonly end: string;
}

/** How far a follower goes on: from the position it read from to that of the last entry it took. */
export interface Stride {
  readonly from: string;
  readonly to: string;
}

/** Events, or tickets that ended, on a page. */
const pageLength = 200;
/** How long (ms) a follower is held without a sign of life. */
const leaseMs = 30_000;
/** After a failure (ms); it doubles. */
const rest = { first: 500, longest: 30_000 };

/** Who takes every entry of a stream once. Their places are kept on the queue Redis. */
export function openFollowers(script: BindScript) {
  const run = {
    follow: script<['busy'] | ['held', string, string, string, number, Entry[]]>('follow'),
    advance: script<number>('advance'),
    release: script<number>('release'),
    beginFollowing: script<number>('begin-following'),
  };

  return {
    /**
     * The next page of a follower, from now on held by `holder`; `busy` when another holds it or it rests.
     */
    async follow(
      stream: Stream,
      follower: string,
      holder: string,
      begin: 'oldest' | 'latest',
    ): Promise<Page | 'busy'> {
      const answer = await run.follow(stream, follower, holder, leaseMs, pageLength, begin);
      if (answer[0] === 'busy') return 'busy';
      const [, now, latest, position, lost, entries] = answer;
      return { now: Number(now), latest, position, lost, entries, end: entries.at(-1)?.[0] ?? position };
    },

    /**
     * Moves a follower on, and keeps what it could not take: events (JSON), or the tickets of these ids;
     * `false` when it is not `holder`'s, or not at `from`, any more, or a failover has lost what was read.
     */
    async advance(
      stream: Stream,
      follower: string,
      holder: string,
      { from, to }: Stride,
      refused: readonly string[] = [],
    ): Promise<boolean> {
      return (await run.advance(stream, follower, holder, from, to, ...refused)) === 1;
    },

    /** From now on a follower that is new misses nothing, however long it is until it follows. */
    async beginFollowing(stream: Stream, follower: string): Promise<void> {
      await run.beginFollowing(stream, follower);
    },

    /** Lets it go, to rest after a failure; `false` when it is not `holder`'s any more. */
    async release(follower: string, holder: string, outcome: 'well' | 'failed'): Promise<boolean> {
      const failed = outcome === 'failed' ? 1 : 0;
      return (await run.release(follower, holder, failed, rest.first, rest.longest)) === 1;
    },
  };
}
