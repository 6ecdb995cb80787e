import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { noId } from '../../jobs/chain.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { openPoolSteps } from '../support/pool-steps.ts';
import { poolWith } from '../support/pool-with.ts';
import { openRollback } from '../support/store-rollback.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const sorted = (mirror: ReturnType<typeof openMirror>) =>
  [...mirror.tickets].sort((a, b) => a.sequence - b.sequence);
const ids = (mirror: ReturnType<typeof openMirror>) => sorted(mirror).map((ticket) => ticket.ticketId);
const names = (count: number, prefix = 't') => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

test('a new mirror reads its pool whole, oldest first, over several pages', async () => {
  await domain.search(...names(1_200));
  const mirror = openMirror(domain.pool, 'duel');

  await mirror.catchUp();

  expect(ids(mirror)).toEqual(names(1_200));
});

test('a mirror that is caught up follows arrivals and departures', async () => {
  await domain.search('a', 'b');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  await domain.search('c');
  await domain.pool.tickets.stop('a');

  await mirror.catchUp();

  expect(ids(mirror)).toEqual(['b', 'c']);
});

test('a mirror shows tickets as their commit will be checked: players, start, deadline and revision', async () => {
  await domain.search('a');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  await domain.search('b');
  await mirror.catchUp();

  expect(sorted(mirror)).toEqual(await domain.inPool());
});

test('a mirror that missed changes reads its pool again', async () => {
  await domain.search('a', 'b');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  await domain.search('c', 'd');
  await domain.pool.tickets.stop('a');
  await domain.redis.xtrim(domain.key('changes:duel'), 'MAXLEN', 1);

  await mirror.catchUp();

  expect(ids(mirror)).toEqual(['b', 'c', 'd']);
});

test('a mirror whose changes are gone altogether reads its pool again', async () => {
  await domain.search('a');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  await domain.search('b');
  await domain.redis.del(domain.key('changes:duel'));

  await mirror.catchUp();

  expect(ids(mirror)).toEqual(['a', 'b']);
});

test('a mirror ahead of a store that went back in time reads its pool again', async () => {
  await domain.search('a', 'b');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  await domain.pool.tickets.stop('b');
  await domain.redis.set(domain.key('changes-head:duel'), '1-1');

  await mirror.catchUp();

  expect(ids(mirror)).toEqual(['a']);
});

test.each([0, 2, 3, 4])(
  'a mirror reads its pool again when a failover lost three changes, also with %i new ones in their place (invariant 1)',
  async (count) => {
    await domain.search('a');
    const mirror = openMirror(domain.pool, 'duel');
    await mirror.catchUp();
    const goBack = await openRollback(domain.redis, domain.domain);
    await domain.search('b', 'c', 'd');
    await mirror.catchUp();
    await goBack();
    await domain.search(...names(count, 'new'));

    await mirror.catchUp();

    expect(ids(mirror)).toEqual(['a', ...names(count, 'new')]);
  },
);

test('a mirror whose match is refused twice, unchanged, reads its pool again', async () => {
  await domain.search('a', 'b');
  const mirror = openMirror(domain.pool, 'duel');
  await mirror.catchUp();
  // It goes wrong: a ticket left, and its change was not applied.
  await domain.redis.zrem(domain.key('pool:duel'), 'b');

  mirror.doubt('m');
  await mirror.catchUp();
  expect(ids(mirror)).toEqual(['a', 'b']);
  mirror.doubt('m');
  await mirror.catchUp();

  expect(ids(mirror)).toEqual(['a']);
});

test('a mirror of a pool that changes faster than it reads catches up with what there was, and no further', async () => {
  const mirror = openMirror(
    poolWith(domain.pool, {
      mirror: {
        async catchUp(pool, configuration, position) {
          const one = await domain.pool.mirror.catchUp(pool, configuration, position, 1);
          await domain.search(`later-${position}`);
          return one;
        },
      },
    }),
    'duel',
  );
  await mirror.catchUp();
  await domain.search('a', 'b');

  await mirror.catchUp();

  expect(ids(mirror)).toEqual([`later-${noId}`, 'a', 'b']);
});

test('a mirror of a large pool begins with its oldest tickets, and reads on whatever changes meanwhile', async () => {
  await domain.search(...names(1_200));
  const mirror = openMirror(domain.pool, 'duel', { ticketsPerPage: 500, pagesAtOnce: 1 });

  await mirror.catchUp();
  expect(ids(mirror)).toEqual(names(500));
  expect(mirror.whole).toBe(false);

  await domain.search('new');
  await domain.pool.tickets.stop('t0');
  await domain.pool.tickets.stop('t1100');
  await mirror.catchUp();
  expect(ids(mirror)).toEqual(names(1_000).slice(1));

  await mirror.catchUp();
  expect(ids(mirror)).toEqual([...names(1_200).filter((id) => id !== 't0' && id !== 't1100'), 'new']);
  expect(mirror.whole).toBe(true);
});
