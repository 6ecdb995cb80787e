import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

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
  await domain.pool.stop('a');

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
  await domain.pool.stop('a');
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
  await domain.pool.stop('b');
  await domain.redis.set(domain.key('changed:duel'), 1);

  await mirror.catchUp();

  expect(ids(mirror)).toEqual(['a']);
});

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
