import { MongoNetworkError } from 'mongodb';
import { beforeEach, expect, test } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import { reaching } from '../../producers/connection/connection.ts';
import { openPools } from '../../producers/live/pools.ts';
import { RequestError } from '../../producers/request-error.ts';
import { type HandFleet, openCrew } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { poolWith } from '../support/pool-with.ts';
import { openRollback } from '../support/store-rollback.ts';

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const plain = (name: string) => name;
const key = (name: string) => `${poolTag(fleet.domain)}:${name}`;
const compare = () => fleet.work('compare-stores', [{}]);
const statuses = async (...ids: string[]) =>
  (await fleet.producerTickets.describe(ids)).map((it) => it.status);

/** Another server has taken over; scripts see that by its history, a beat first. */
async function takeOver(): Promise<void> {
  await fleet.redis.set(key('compared'), 'the history of the server before');
  await fleet.beat();
}
const isUncompared = { message: expect.stringMatching(/^UNCOMPARED /) };

test('no cycle decides or proposes a match until the store has been compared, whichever worker runs it; then it does (invariants 2, 7)', async () => {
  await steps.start(plain, ['ann', 'bob']);
  await steps.start(plain, ['cat', 'dan'], 'asked');
  await takeOver();
  await steps.start(plain, ['eve', 'fay'], 'manual');
  for (const pool of ['duel', 'asked', 'manual']) await steps.cycle(fleet, pool);

  expect(new Set(await statuses('ann', 'bob', 'cat', 'dan', 'eve', 'fay'))).toEqual(new Set(['SEARCHING']));

  expect(await compare()).toMatchObject({ result: { compared: true } });
  await fleet.workOff();

  expect(await statuses('ann', 'bob', 'cat', 'dan', 'eve', 'fay')).toEqual([
    ...['COMPLETED', 'COMPLETED', 'REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE', 'COMPLETED', 'COMPLETED'],
  ]);
  expect(await brokenInvariants(fleet, { settled: false })).toEqual([]);
});

test('an operator who looks at a pool is told since when no match is decided, and no more once it is', async () => {
  const { uncomparedSince } = openPools(fleet.redis, fleet.domain);
  expect(await uncomparedSince()).toBeUndefined();

  await takeOver();
  expect(await uncomparedSince()).toEqual(expect.any(Number));

  await compare();
  expect(await uncomparedSince()).toBeUndefined();
});

test('a worker that formed its match before the failover commits nothing after it (invariant 7)', async () => {
  await steps.start(plain, ['ann', 'bob']);
  const { pool } = fleet.kit;
  const stale = openCrew({
    ...fleet.kit,
    pool: poolWith(pool, {
      matches: { commit: async (...asked) => takeOver().then(() => pool.matches.commit(...asked)) },
    }),
  });
  await steps.cycle(stale);

  expect(await statuses('ann', 'bob')).toEqual(['SEARCHING', 'SEARCHING']);
  expect(await fleet.stores.pool.matches.outboxLength()).toBe(0);

  await compare();
  await fleet.workOff();
  expect(await statuses('ann', 'bob')).toEqual(['COMPLETED', 'COMPLETED']);
});

test('tickets time out and proposals lapse only when the store has been compared, and those asked for since at once (invariant 1)', async () => {
  await steps.start(plain, ['old'], 'duel', -1);
  const matchId = await steps.propose(plain, false);
  await fleet.redis.zadd(key('proposals'), 1, matchId);
  await takeOver();
  await steps.start(plain, ['new'], 'automatic', -1);
  for (const pool of ['duel', 'automatic']) await steps.cycle(fleet, pool);
  await fleet.beat();

  expect(await statuses('old', 'ann', 'new')).toEqual(['SEARCHING', 'REQUIRES_ACCEPTANCE', 'TIMED_OUT']);

  await compare();
  await fleet.workOff();
  expect(await statuses('old', 'ann')).toEqual(['TIMED_OUT', 'CANCELLED']);
});

test('calls go on but for those that would end a ticket from before: they are told to ask again, and change nothing (invariant 11)', async () => {
  const matchId = await steps.propose(plain, false);
  await steps.start(plain, ['old']);
  await takeOver();
  await steps.start(plain, ['new']);
  const { pool } = fleet.stores;
  const stopped = reaching(
    () => pool.tickets.stop('old'),
    () => 'away',
  );
  await expect(stopped).rejects.toBeInstanceOf(RequestError);
  await expect(stopped).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('nothing was changed, ask again'),
  });
  await expect(steps.answer(plain, 'ann', 'REJECT', fleet, matchId)).rejects.toMatchObject(isUncompared);
  await expect(
    fleet.work('start-matchmaking', [
      { configuration: 'duel', players: [{ playerId: 'old', attributes: { skill: { N: 1 } } }] },
    ]),
  ).rejects.toMatchObject(isUncompared);

  expect(await pool.tickets.stop('new')).toMatchObject({ status: 'CANCELLED' });
  expect(await statuses('old', 'ann')).toEqual(['SEARCHING', 'REQUIRES_ACCEPTANCE']);

  await compare();
  expect(await pool.tickets.stop('old')).toMatchObject({ status: 'CANCELLED' });
});

test('with the record away matches wait, but nobody for ever: a minute later tickets end again (invariant 1)', async () => {
  await steps.start(plain, ['ann', 'bob']);
  await steps.start(plain, ['old', 'late'], 'asked', 30_000);
  await takeOver();
  const { configurations } = fleet.kit;
  const waits: number[] = [];
  const away = openCrew({
    ...fleet.kit,
    configurations: { ...configurations, all: () => Promise.reject(new MongoNetworkError('away')) },
  });
  const tick = async () => {
    expect(await away.work('compare-stores', [{}])).toMatchObject({
      kind: 'done',
      result: { compared: false },
    });
    waits.push((await fleet.stores.pool.comparing.uncompared())?.waitedMs ?? -1);
    for (const pool of ['duel', 'asked']) await steps.cycle(away, pool);
  };
  await tick();
  await fleet.advance(50_000);
  await tick();
  expect(await statuses('ann', 'bob', 'old', 'late')).toEqual(Array(4).fill('SEARCHING'));
  await fleet.advance(11_000);
  await tick();

  expect(await statuses('ann', 'bob', 'old', 'late')).toEqual([
    ...['SEARCHING', 'SEARCHING', 'TIMED_OUT', 'TIMED_OUT'],
  ]);
  expect(await fleet.stores.pool.tickets.stop('ann')).toMatchObject({ status: 'CANCELLED' });
  expect(waits.at(-1)).toBeGreaterThanOrEqual(60_000);
});

test.each(['CANCELLED', 'TIMED_OUT'])(
  'a ticket that is %s on record, and searches again since the store went back, ends again so, told once more (invariants 1, 11)',
  async (status) => {
    await steps.start(plain, ['ann', 'bob'], 'automatic', status === 'TIMED_OUT' ? -1 : 3_600_000);
    const back = await openRollback(fleet.redis, fleet.domain);
    if (status === 'TIMED_OUT') await fleet.stores.pool.tickets.expire(['ann']);
    else await fleet.stores.pool.tickets.stop('ann');
    await fleet.work('record-tickets', [{}]);
    await back();
    await takeOver();
    expect(await statuses('ann')).toEqual(['SEARCHING']);

    expect(await compare()).toMatchObject({ result: { endedAgain: 1, compared: true } });

    expect(await statuses('ann', 'bob')).toEqual([status, 'SEARCHING']);
    expect(await brokenInvariants(fleet, { settled: false })).toEqual([]);
  },
);

test('a ticket in a proposal whose match is on record is COMPLETED in it; the other of the proposal searches again (invariants 2, 4)', async () => {
  await steps.start(plain, ['ann', 'bob'], 'asked');
  const back = await openRollback(fleet.redis, fleet.domain);
  await steps.cycle(fleet, 'asked');
  const matchId = await steps.matchIdOf(plain);
  for (const name of ['ann', 'bob']) await steps.answer(plain, name, 'ACCEPT', fleet, matchId);
  await fleet.workOff();
  await back();
  await fleet.stores.pool.tickets.stop('bob');
  await steps.start(plain, ['eve'], 'asked');
  await steps.cycle(fleet, 'asked');
  expect(await statuses('ann', 'eve')).toEqual(['REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE']);
  await takeOver();

  expect(await compare()).toMatchObject({ result: { putBack: 1 } });
  await fleet.workOff();

  expect(await statuses('ann', 'eve')).toEqual(['COMPLETED', 'SEARCHING']);
});
