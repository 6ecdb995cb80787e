import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { idNumber, noId } from '../../jobs/chain.ts';
import { type StoredEvent, storedEvents } from '../../jobs/event/event.ts';
import { type Follower, followStream } from '../../workers/maintenance/follow-stream.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const never = new AbortController().signal;
const observe = { lag: vi.fn(), lost: vi.fn(), failed: vi.fn() };
beforeEach(() => {
  for (const each of Object.values(observe)) each.mockClear();
});

const numbers = (events: readonly StoredEvent[]) => events.map((it) => it.number);
const follow = (take: Follower<StoredEvent>['take'], begin: Follower<StoredEvent>['begin'] = 'oldest') =>
  followStream(
    { name: 'f', stream: 'events', read: storedEvents, begin, take },
    { pool: domain.pool, observe },
    never,
  );
const position = async () => idNumber((await domain.redis.hget(domain.key('follower:f'), 'position')) ?? '');
/** Lets the lease and every rest end. */
const waitLong = () => domain.pass(60_000);

describe('a follower', () => {
  test('takes every event once and in order, over many runs', async () => {
    const taken: number[] = [];
    const take = async (events: readonly StoredEvent[]) => {
      taken.push(...numbers(events));
      return [];
    };
    await domain.search('a', 'b');
    await follow(take);
    await domain.search('c');
    await follow(take);
    await follow(take);

    expect(taken).toEqual([1, 2, 3]);
    expect(observe.lag).toHaveBeenLastCalledWith(0);
    expect(observe.lost).not.toHaveBeenCalled();
  });

  test('that is new begins where it is told: with the oldest kept, or with what comes', async () => {
    await domain.search('a', 'b');
    const take = vi.fn(async () => []);
    await follow(take, 'latest');
    expect(take).not.toHaveBeenCalled();

    await domain.search('c');
    await follow(take, 'latest');
    expect(take).toHaveBeenCalledTimes(1);
    expect(take.mock.calls[0]).toMatchObject([[{ number: 3 }], expect.anything()]);
  });

  test('is held by one at a time: who comes second goes away', async () => {
    await domain.search('a');
    const second = vi.fn(async () => []);
    await follow(async () => {
      await follow(second);
      return [];
    });

    expect(second).not.toHaveBeenCalled();
    expect(await position()).toBe(1);
  });

  test('whose holder slept through its lease is moved only by who took over (invariant 7)', async () => {
    await domain.search('a', 'b');
    await follow(async () => {
      await waitLong();
      await follow(async () => []);
      await domain.search('c');
      return ['{"reason":"a stale dead letter"}'];
    });

    expect(await position()).toBe(2);
    expect(await domain.redis.xlen(domain.key('refused-events'))).toBe(0);
    const third = vi.fn(async () => []);
    await follow(third);
    expect(third.mock.calls[0]).toMatchObject([[{ number: 3 }], expect.anything()]);
  });

  test('that died between taking and moving on takes that page again (invariant 9)', async () => {
    await domain.search('a', 'b');
    await domain.pool.events.follow('events', 'f', 'who dies here', 'oldest');
    const taken = vi.fn(async () => []);
    await follow(taken);
    expect(taken).not.toHaveBeenCalled();

    await waitLong();
    await follow(taken);
    expect(taken.mock.calls[0]).toMatchObject([[{ number: 1 }, { number: 2 }], expect.anything()]);
  });

  test('that fails rests, twice as long each time, and begins with the same page', async () => {
    await domain.search('a');
    const away = new Error('SNS is away');
    const fail = vi.fn(async () => {
      throw away;
    });
    await follow(fail);
    await follow(fail);
    expect(fail).toHaveBeenCalledTimes(1);
    expect(observe.failed).toHaveBeenCalledExactlyOnceWith('f', away);

    const rests: number[] = [];
    for (let times = 0; times < 8; times++) {
      await waitLong();
      await follow(fail);
      const until = await domain.redis.hget(domain.key('follower:f'), 'until');
      rests.push(Number(until) - (await domain.now()));
    }
    expect(rests).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);

    await waitLong();
    const take = vi.fn(async () => []);
    await follow(take);
    expect(take.mock.calls[0]).toMatchObject([[{ number: 1 }], expect.anything()]);
    expect(await domain.redis.hget(domain.key('follower:f'), 'failures')).toBeNull();
  });

  test('that trimming has overtaken says how many events it lost, also while it cannot go on (invariant 8)', async () => {
    await domain.search('a');
    await follow(async () => []);
    for (const id of ['b', 'c', 'd']) await domain.search(id);
    await domain.redis.xtrim(domain.key('events'), 'MINID', '4-0');
    await follow(async () => {
      throw new Error('still away');
    });

    expect(observe.lost).toHaveBeenCalledExactlyOnceWith('f', 2);
    expect(await position()).toBe(3);
    await domain.redis.xtrim(domain.key('events'), 'MAXLEN', 0);
    await waitLong();
    await follow(async () => []);
    expect(observe.lost).toHaveBeenLastCalledWith('f', 1);
    expect(await position()).toBe(4);
  });

  test('tells how far behind it is', async () => {
    await domain.search('a');
    await waitLong();
    await follow(async () => []);

    expect(observe.lag.mock.calls[0]?.[0]).toBeGreaterThanOrEqual(60);
  });

  test('takes what a failover put in the place of the page it had in hand (invariant 8)', async () => {
    await domain.search('a');
    const taken: unknown[] = [];
    const take = async ([event]: readonly StoredEvent[]) => {
      taken.push(event?.detail.tickets[0]?.ticketId);
      if (taken.length > 1) return [];
      await domain.redis.del(domain.key('events'), domain.key('events-head'));
      await waitLong();
      await domain.search('b');
      return [];
    };
    await follow(take);
    await follow(take);

    expect(taken).toEqual(['a', 'b']);
    expect(await position()).toBe(1);
  });

  test('keeps what it never will take as dead letters, the last thousand', async () => {
    await domain.search('a');
    await follow(async () => ['{"reason":"first"}', '{"reason":"second"}']);

    const letters = await domain.redis.xrange(domain.key('refused-events'), '-', '+');
    expect(letters.map(([, fields]) => fields)).toEqual([
      ['follower', 'f', 'event', '{"reason":"first"}'],
      ['follower', 'f', 'event', '{"reason":"second"}'],
    ]);
    expect(await position()).toBe(1);
  });

  test('goes from page to page until it has caught up', async () => {
    const many = domain.redis.pipeline();
    for (let number = 1; number <= 450; number++)
      many.xadd(
        domain.key('events'),
        `${number}-1`,
        ...['p', number === 1 ? noId : `${number - 1}-1`, 'bytes', '1', 'now', '1', 'time', '1'],
        ...['type', 'x', 'configuration', 'duel', 'detail', '{"tickets":[]}'],
      );
    await many.set(domain.key('events-head'), '450-1').exec();
    const pages: number[] = [];
    await follow(async (events) => {
      pages.push(events.length);
      return [];
    });

    expect(pages).toEqual([200, 200, 50]);
  });
});

test('a follower that nobody asks for within a week is forgotten; one that is asked for is not', async () => {
  await domain.search('a');
  await domain.pool.events.follow('events', 'old', 'holder', 'oldest');
  await domain.pass(6 * 86_400_000);
  await follow(async () => []);
  expect(await domain.redis.ttl(domain.key('follower:old'))).toBe(-1);
  await domain.pass(86_400_001);
  await follow(async () => []);

  expect(await domain.redis.exists(domain.key('follower:old'))).toBe(0);
  expect(await position()).toBe(1);
});

test('letting go of what is not held changes nothing', async () => {
  await domain.pool.events.follow('events', 'f', 'holder', 'oldest');

  expect(await domain.pool.events.release('f', 'stranger', 'failed')).toBe(false);
  expect(await domain.pool.events.follow('events', 'f', 'stranger', 'oldest')).toBe('busy');
  expect(await domain.pool.events.advance('events', 'f', 'holder', { from: '5-1', to: '6-1' })).toBe(false);
  expect(await domain.pool.events.release('f', 'holder', 'well')).toBe(true);
  expect(await domain.pool.events.follow('events', 'f', 'stranger', 'oldest')).toMatchObject({
    position: noId,
  });
});
