import { randomUUID } from 'node:crypto';
import type { Entry } from '../../jobs/chain.ts';
import type { Stream } from '../pool/followers.ts';
import type { Pool } from '../pool/pool.ts';

/** Somebody who takes all that a stream tells, in its order. */
export interface Follower<Told> {
  readonly name: string;
  readonly stream: Stream;
  /** What an entry tells: events, or tickets that ended. */
  readonly read: (entry: Entry) => readonly Told[];
  /** Where it begins when it is new. */
  readonly begin: 'oldest' | 'latest';
  /**
   * Takes a page. When it throws none of it counts as taken: the page comes again, after a rest, so taking a
   * thing twice must be harmless. Returns what it never will take: events with the reason (JSON), or ids of
   * tickets.
   */
  readonly take: (told: readonly Told[], signal: AbortSignal) => Promise<readonly string[]>;
}

export interface FollowStores {
  readonly pool: Pick<Pool, 'events'>;
  readonly observe: {
    /** Age of the oldest thing it has yet to take, s; 0: none. */
    readonly lag: (seconds: number) => void;
    /** Events, or tickets that ended, that were forgotten before it took them. */
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
 * Brings a follower up to date. Its place moves only by the hand of who holds it: should this process sleep
 * so long that another took over, what it does afterwards changes nothing; should it die between taking a
 * page and moving on, that page is taken again.
 */
export async function followStream<Told extends { readonly now: number }>(
  follower: Follower<Told>,
  { pool, observe }: FollowStores,
  signal: AbortSignal,
): Promise<void> {
  const { name, stream, read, begin, take } = follower;
  const holder = randomUUID();
  for (const until = Date.now() + runMs; Date.now() < until && !signal.aborted; ) {
    const page = await pool.events.follow(stream, name, holder, begin);
    if (page === 'busy') return;
    const { entries, latest, position, end, lost } = page;
    if (lost > 0) observe.lost(name, lost);
    const told = entries.flatMap(read);
    observe.lag(told[0] ? (page.now - told[0].now) / 1_000 : 0);
    if (entries.length === 0) break;
    try {
      const refused = await take(told, AbortSignal.any([signal, AbortSignal.timeout(pageMs)]));
      if (!(await pool.events.advance(stream, name, holder, { from: position, to: end }, refused))) break;
    } catch (error) {
      observe.failed(name, error);
      await pool.events.release(name, holder, 'failed');
      return;
    }
    if (end === latest) break;
  }
  await pool.events.release(name, holder, 'well');
}
