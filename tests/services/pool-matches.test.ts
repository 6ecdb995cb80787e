import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

/** What a worker saw whose last change was the `position`-th. */
const asOf = (position: string) => ({ configuration: 'duel', version: 1, position });

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

describe('committing', () => {
  test('a match takes all of its tickets and goes to the outbox', async () => {
    await domain.search('a', 'b', 'c');

    const { verdicts } = await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);

    expect(verdicts).toEqual(['committed']);
    expect((await domain.inPool()).map((it) => it.ticketId)).toEqual(['c']);
    expect([await domain.statusOf('a'), await domain.statusOf('b')]).toEqual(['PLACING', 'PLACING']);
    expect(await domain.redis.hlen(domain.key('outbox'))).toBe(1);
  });

  test('a match formed from a ticket that has left meanwhile takes none (invariants 3 and 7)', async () => {
    await domain.search('a', 'b');
    const stale = await domain.commitOf('m', 'a', 'b');
    await domain.pool.tickets.stop('b');

    const { verdicts } = await domain.pool.matches.commit('duel', [stale]);

    expect(verdicts).toEqual(['changed']);
    expect(await domain.statusOf('a')).toBe('SEARCHING');
  });

  test('of two matches that want one ticket, the first takes it and the second takes nothing (invariant 2)', async () => {
    await domain.search('a', 'b', 'c');
    const [first, second] = [await domain.commitOf('m1', 'a', 'b'), await domain.commitOf('m2', 'b', 'c')];

    const { verdicts } = await domain.pool.matches.commit('duel', [first, second]);

    expect(verdicts).toEqual(['committed', 'changed']);
    expect(await domain.statusOf('c')).toBe('SEARCHING');
  });

  test('a commit whose answer was lost is committed once when it is repeated', async () => {
    await domain.search('a', 'b');
    const commit = await domain.commitOf('m', 'a', 'b');

    await domain.pool.matches.commit('duel', [commit]);
    const { verdicts } = await domain.pool.matches.commit('duel', [commit]);

    expect(verdicts).toEqual(['repeated']);
    expect((await domain.events()).filter((type) => type === 'PotentialMatchCreated')).toHaveLength(1);
  });
});

describe('settling', () => {
  test('completes the tickets and empties the outbox, once', async () => {
    await domain.search('a', 'b');
    const { match } = await domain.commitOf('m', 'a', 'b');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);
    const settlement = { match, status: 'COMPLETED', reason: '', message: '' } as const;

    expect(await domain.pool.matches.settle([settlement])).toEqual([true]);
    expect(await domain.pool.matches.settle([settlement])).toEqual([false]);

    expect([await domain.statusOf('a'), await domain.statusOf('b')]).toEqual(['COMPLETED', 'COMPLETED']);
    expect((await domain.events()).slice(2)).toEqual(['PotentialMatchCreated', 'MatchmakingSucceeded']);
  });

  test('a match that cannot be started fails its tickets with the reason', async () => {
    await domain.search('a', 'b');
    const commit = await domain.commitOf('m', 'a', 'b');
    await domain.pool.matches.commit('duel', [commit]);

    await domain.pool.matches.settle([
      { match: commit.match, status: 'FAILED', reason: 'Why', message: 'Because.' },
    ]);

    expect(await domain.tickets.describe(['a'])).toMatchObject([{ status: 'FAILED', statusReason: 'Why' }]);
    expect((await domain.events()).at(-1)).toBe('MatchmakingFailed');
  });
});

describe('time', () => {
  test('a ticket past its deadline by fleet time is timed out, one before it is not', async () => {
    await domain.start({ ...aTicket('late'), timeoutMs: -1 }, aTicket('early'));

    expect(await domain.pool.tickets.expire(['late', 'early', 'ghost'])).toEqual(['late']);
    expect([await domain.statusOf('late'), await domain.statusOf('early')]).toEqual([
      'TIMED_OUT',
      'SEARCHING',
    ]);
  });

  test('a pool that changed since the worker looked does not rest', async () => {
    await domain.search('a');
    const { latest } = await domain.pool.mirror.readPool('duel', 0, 10);
    await domain.search('b');

    await domain.pool.mirror.rest('duel', asOf(latest), undefined);

    expect((await domain.pool.matches.beat()).pools).toEqual(['duel']);
  });

  test('a pool at rest is not woken, and one whose time has come is woken for one caller', async () => {
    await domain.search('a');
    const { latest } = await domain.pool.mirror.readPool('duel', 0, 10);
    await domain.pool.mirror.rest('duel', asOf(latest), undefined);
    expect((await domain.pool.matches.beat()).pools).toEqual([]);

    await domain.pool.mirror.rest('duel', asOf(latest), Date.now() - 1);

    expect((await domain.pool.matches.beat()).pools).toEqual(['duel']);
    expect((await domain.pool.matches.beat()).pools).toEqual([]);
  });

  test('a match left in the outbox is handed over again, to one caller', async () => {
    await domain.search('a', 'b');
    await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);
    expect((await domain.pool.matches.beat()).overdue).toEqual([]);
    await domain.redis.zadd(domain.key('outbox-due'), 1, 'm');

    expect((await domain.pool.matches.beat()).overdue).toMatchObject([
      { jobId: 'job', match: { matchId: 'm' } },
    ]);
    expect((await domain.pool.matches.beat()).overdue).toEqual([]);
  });
});

describe('installing', () => {
  test('a new version that comes during a cycle is not slept through', async () => {
    await domain.search('a');
    const { latest } = await domain.pool.mirror.readPool('duel', 0, 10);
    await domain.pool.settings.install(aConfiguration(2));

    await domain.pool.mirror.rest('duel', asOf(latest), undefined);

    expect((await domain.pool.matches.beat()).pools).toEqual(['duel']);
  });

  test('an older version of a configuration never replaces a newer one', async () => {
    expect(await domain.pool.settings.install(aConfiguration(3))).toBe(true);
    expect(await domain.pool.settings.install(aConfiguration(2))).toBe(false);

    expect((await domain.pool.settings.installed('duel'))?.version).toBe(3);
  });

  test('a new version wakes a pool that rests, for its tickets may match now', async () => {
    await domain.search('a');
    const { latest } = await domain.pool.mirror.readPool('duel', 0, 10);
    await domain.pool.mirror.rest('duel', asOf(latest), undefined);

    await domain.pool.settings.install(aConfiguration(2));

    expect((await domain.pool.matches.beat()).pools).toEqual(['duel']);
  });
});
