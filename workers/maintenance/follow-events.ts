import { randomUUID } from 'node:crypto';
import type { StoredEvent } from '../../jobs/matchmaking/event.ts';
import type { Pool } from '../pool/pool.ts';

/** Somebody who takes every event, in the order of the stream. */
export interface Follower {
  readonly name: string;
  /** Where it begins when it is new. */
  readonly begin: 'oldest' | 'latest';
  /**
   * Takes a page. When it throws none of it counts as taken: the page comes again, after a rest, so taking an event twice
   * must be harmless. Returns the events it never will take, with the reason (JSON).
   */
  readonly take: (events: readonly StoredEvent[], signal: AbortSignal) => Promise<readonly string[]>;
}

export interface FollowStores {
  readonly pool: Pick<Pool, 'follow' | 'advance' | 'release'>;
  readonly observe: {
    /** Age of the oldest event it has yet to take, s; 0: none. */
    readonly lag: (seconds: number) => void;
    /** Events that were forgotten before it took them. */
    readonly lost: (follower: string, count: number) => void;
    /** It rests, and its page will come again. */
    readonly failed: (follower: string, error: unknown) => void;
  };
}

/** After this long (ms) a run ends between two pages, and the next goes on. */
const runMs = 10_000;
/** Time (ms) for one page: well within the lease, so that nobody takes over from who is still at it. */
const pageMs = 15_000;

/**
 * Brings a follower up to date. Its place moves only by the hand of who holds it: should this process sleep so long that
 * another took over, what it does afterwards changes nothing; should it die between taking a page and moving on, that
 * page is taken again.
 */
export async function followEvents(
  follower: Follower,
  { pool, observe }: FollowStores,
  signal: AbortSignal,
): Promise<void> {
  const { name, begin, take } = follower;
  const holder = randomUUID();
  for (const until = Date.now() + runMs; Date.now() < until && !signal.aborted; ) {
    const page = await pool.follow(name, holder, begin);
    if (page === 'busy') return;
    const { events, latest, position, end, lost } = page;
    if (lost > 0) observe.lost(name, lost);
    observe.lag(events[0] ? (page.now - events[0].now) / 1_000 : 0);
    if (events.length === 0) break;
    try {
      const refused = await take(events, AbortSignal.any([signal, AbortSignal.timeout(pageMs)]));
      if (!(await pool.advance(name, holder, { from: position, to: end }, refused))) break;
    } catch (error) {
      observe.failed(name, error);
      await pool.release(name, holder, 'failed');
      return;
    }
    if (end === latest) break;
  }
  await pool.release(name, holder, 'well');
}
