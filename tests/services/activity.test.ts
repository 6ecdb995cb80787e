import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { activityKeys, estimateWait, readActivity } from '../../jobs/configuration/activity.ts';
import { storedEvents } from '../../jobs/event/event.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { backfillSteps } from '../support/backfill-steps.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeEach(async () => {
  domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const answer = (ticketId: string, acceptance: 'ACCEPT' | 'REJECT', ...playerIds: string[]) =>
  domain.pool.tickets.accept({ ticketId, matchId: 'm', acceptance, playerIds });
const { fill } = backfillSteps(() => domain);
const slots = async () => {
  const keys = activityKeys(domainKeys(domain.domain), 'duel', await domain.now());
  return (await Promise.all(keys.map((key) => domain.redis.hgetall(key)))).map(readActivity);
};

test('what happens to tickets is counted in slots that are forgotten', async () => {
  await domain.search('a', 'b', 'c', 'd', 'e');
  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);
  await domain.pool.tickets.stop('c');
  await domain.start(aTicket('f'), { ...aTicket('late'), timeoutMs: -1 });
  await domain.pool.tickets.refuse([{ ticketId: 'f', revision: 1, reason: 'Why', message: 'Because.' }]);
  await domain.pool.tickets.expire(['late']);

  const [now] = await slots();

  expect(now).toMatchObject({ started: 7, matches: 1, matched: 2, cancelled: 1, timedOut: 1, failed: 1 });
  const [key = ''] = activityKeys(domainKeys(domain.domain), 'duel', await domain.now());
  expect(await domain.redis.ttl(key)).toBeGreaterThan(3_600);
});

test('a match that is committed twice is counted once', async () => {
  await domain.search('a', 'b');
  const commit = await domain.commitOf('m', 'a', 'b');
  await domain.pool.matches.commit('duel', [commit]);
  await domain.pool.matches.commit('duel', [commit]);

  expect((await slots())[0]).toMatchObject({ matches: 1, matched: 2 });
});

test('a proposal counts once everybody has accepted, with the whole wait', async () => {
  await domain.search('a', 'b');
  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')], 60_000);
  expect((await slots())[0]).toMatchObject({ matches: 0 });
  await domain.pass(8_000);
  await answer('a', 'ACCEPT', 'a');
  await answer('b', 'ACCEPT', 'b');

  expect((await slots())[0]).toMatchObject({ matches: 1, matched: 2 });
  expect(estimateWait(await slots())?.p50).toBeGreaterThan(6_700);
});

test.each([0, 1, 2, 3, 999, 8_192, 60_000, 43_200_000])(
  'a ticket that waited %i ms is found again within a fifth of that',
  async (ms) => {
    await domain.search('a', 'b');
    const commit = await domain.commitOf('m', 'a', 'b');
    // The clock stands still for the next script.
    const now = await domain.now();
    await domain.redis.set(domain.key('clock'), `${now + 3_600_000} ${now}`);
    for (const id of ['a', 'b'])
      await changeTicket(domain.redis, domain.key(`ticket:${id}`), { since: now - ms });

    await domain.pool.matches.commit('duel', [commit]);

    const { p50 = 0, p90 = 0, tickets } = estimateWait(await slots()) ?? {};
    expect(tickets).toBe(2);
    for (const told of [p50, p90]) {
      expect(told).toBeGreaterThanOrEqual(Math.floor(ms / 1.2));
      expect(told).toBeLessThanOrEqual(Math.ceil(Math.max(1, ms) * 1.2));
    }
  },
);

test("a ticket's event tells how long it may wait, also when it searches again; without history it says so", async () => {
  const told = async () =>
    (await domain.redis.xrange(domain.key('events'), '-', '+'))
      .flatMap(storedEvents)
      .filter(({ type }) => type === 'MatchmakingSearching')
      .map(({ detail }) => detail['estimatedWaitMillis']);
  await domain.search('first');
  await domain.start(...['a', 'b'].map((id) => ({ ...aTicket(id), estimatedWait: 1_234 })));
  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')], 60_000);
  await answer('b', 'ACCEPT', 'b');
  await answer('a', 'REJECT', 'a');

  expect(await told()).toEqual(['NOT_AVAILABLE', 1_234, 1_234, 1_234]);
});

test('another configuration has a history of its own', async () => {
  const { configuration, ...rest } = aConfiguration();
  await domain.pool.settings.install({ ...rest, configuration: { ...configuration, name: 'race' } });
  await domain.search('a', 'b');
  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'b')]);

  expect(await domain.pool.activity.waitEstimate('duel')).toMatchObject({ tickets: 2 });
  expect(await domain.pool.activity.waitEstimate('race')).toBeUndefined();
});

test('players are counted per pool while their tickets search there, parties beyond their first', async () => {
  const companions = async () => (await domain.redis.hget(domain.key('companions'), 'duel')) ?? 'none';
  await domain.start(aTicket('trio', ['x', 'y', 'z']), aTicket('pair', ['v', 'w']), aTicket('solo'));
  expect(await companions()).toBe('3');
  await domain.pool.tickets.move('duel', [{ ticketId: 'pair', pool: 'duel/eu' }]);
  expect(await companions()).toBe('2');
  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'trio', 'solo')], 60_000);
  expect(await companions()).toBe('none');
  await answer('solo', 'ACCEPT', 'solo');
  await answer('trio', 'REJECT', 'x');

  expect(await domain.statusOf('solo')).toBe('SEARCHING');
  expect(await domain.redis.hgetall(domain.key('companions'))).toEqual({ 'duel/eu': '1' });
});

test('a backfill ticket is no player who waits: it counts neither as one, nor as started, nor its wait', async () => {
  await domain.start(aTicket('a'));
  await fill('fill', 'x', 'y');
  expect(await domain.redis.hget(domain.key('companions'), 'duel')).toBe('-1');

  // Its players had started tickets too, and were matched.
  expect((await slots())[0]).toMatchObject({ started: 3, matches: 1, matched: 2 });

  await domain.pool.matches.commit('duel', [await domain.commitOf('m', 'a', 'fill')]);

  expect((await slots())[0]).toMatchObject({ started: 3, matches: 2, matched: 3 });
  expect(await domain.redis.exists(domain.key('companions'))).toBe(0);
});
