import { beforeEach, describe, expect, test } from 'vitest';
import type { MetricName } from '../../jobs/metrics.ts';
import { aTicket } from '../support/builders.ts';
import { type HandFleet, openCrew } from '../support/hand-fleet.ts';
import { type LifeSteps, openLife, type Worker } from '../support/life-steps.ts';

let fleet: HandFleet;
let steps: LifeSteps;
let worker: Worker;
/** What the worker measured: how often, and the sum. */
let measured: Map<string, { times: number; sum: number }>;

beforeEach(async () => {
  ({ fleet, steps } = await openLife());
  measured = new Map();
  worker = openCrew(fleet.kit, (name, value, of) => {
    const detail = 'configuration' in of ? ` ${of.configuration}` : '';
    const { times, sum } = measured.get(`${name}${detail}`) ?? { times: 0, sum: 0 };
    measured.set(`${name}${detail}`, { times: times + 1, sum: sum + value });
  });
});

const own = (name: string) => name;
const sumOf = (name: MetricName, configuration?: string) =>
  measured.get(configuration ? `${name} ${configuration}` : name)?.sum;
const timesOf = (name: MetricName, configuration: string) => measured.get(`${name} ${configuration}`)?.times;
const key = (name: string) => `{${fleet.domain}.matchmaking}:${name}`;

describe('tickets that end without a match are counted for their configuration', () => {
  const counts = async (configuration: string) => {
    await worker.work('record-tickets', [{}]);
    return {
      cancelled: sumOf('TicketsCancelled', configuration),
      timedOut: sumOf('TicketsTimedOut', configuration),
      failed: sumOf('TicketsFailed', configuration),
    };
  };
  test('when they are stopped, and when a newer ticket of a player replaces them', async () => {
    await steps.start(own, ['ann', 'bob']);
    await fleet.producerTickets.start([aTicket('newer', ['ann'])]);
    await worker.work('stop-matchmaking', [{ ticketId: 'bob' }]);
    await steps.cycle(worker);
    await steps.cycle(worker);

    expect(await counts('duel')).toEqual({ cancelled: 2, timedOut: undefined, failed: undefined });
    expect(sumOf('TicketsStarted', 'duel')).toBe(3);
  });

  test('when a player rejects the match', async () => {
    const matchId = await steps.propose(own);
    await steps.answer(own, 'bob', 'REJECT', worker, matchId);

    expect(await counts('asked')).toMatchObject({ cancelled: 1 });
  });

  test('when their time is over, in a pool, or asked about a match', async () => {
    await steps.start(own, ['alone'], 'duel', 1);
    await steps.start(own, ['ann', 'bob'], 'asked', 1_000);
    await steps.cycle(fleet, 'asked');
    await steps.answer(own, 'ann', 'ACCEPT', worker, await steps.matchIdOf(own));
    await fleet.advance(601_000);
    await worker.beat();
    await steps.cycle(worker);

    expect(await counts('duel')).toMatchObject({ timedOut: 1 });
    expect(await counts('asked')).toMatchObject({ timedOut: 1, cancelled: 1 });
  });

  test('when no match can hold them, and when their match cannot be placed', async () => {
    const players = [{ playerId: 'eve', attributes: { skill: { S: 'none' } } }];
    await fleet.producerTickets.start([{ ...aTicket('eve'), players }]);
    const matchId = await steps.decide(own);
    const [decided] = await fleet.stores.pool.matches.decided([matchId]);
    const failed = { status: 'FAILED', reason: 'PlacementFailed', message: 'full' } as const;
    await fleet.stores.pool.matches.settle(decided ? [{ match: decided, ...failed }] : []);

    expect(await counts('duel')).toMatchObject({ failed: 3 });
  });
});

test('how long tickets waited leaves out the players of a running match that got company', async () => {
  await steps.askForCompany(own);
  await steps.start(own, ['eve'], 'manual');
  await steps.cycle(worker, 'manual');

  expect(sumOf('MatchesCreated', 'manual')).toBe(1);
  expect(timesOf('MatchmakingTime', 'manual')).toBe(1);
});

test('what was trimmed before a follower took it is counted, and how far behind it is', async () => {
  const end = async (...names: string[]) => {
    await steps.start(own, names);
    for (const name of names) await fleet.stores.pool.tickets.stop(own(name));
    await fleet.redis.xtrim(key('endings'), 'MAXLEN', 1);
    await worker.work('record-tickets', [{}]);
  };
  await end('ann', 'bob', 'eve');
  expect(sumOf('EventsLost')).toBeUndefined();

  await end('dan', 'fay');

  expect(sumOf('EventsLost')).toBe(1);
  expect(measured.get('EventLag')?.times).toBeGreaterThan(1);
});

test('an outbox that is full is told by its length, and by the cycles that pause for it', async () => {
  await steps.start(own, ['ann', 'bob']);
  const stuck = Array.from({ length: 50_000 }, (_, n) => [`match-${n}`, '{}']);
  await fleet.redis.hset(key('outbox'), ...stuck.flat());

  await steps.cycle(worker);
  await worker.work('report-queue-length', [{}]);

  expect(sumOf('CyclesPaused', 'duel')).toBe(1);
  expect(sumOf('OutboxLength')).toBe(50_000);
});

test('how long no match has been decided after a failover is told, and 0 once the store has been compared', async () => {
  await fleet.redis.set(key('compared'), 'the history of the server before');
  await fleet.beat();
  await fleet.advance(3_000);
  await worker.work('report-queue-length', [{}]);

  expect(sumOf('ComparisonWait')).toBeGreaterThanOrEqual(3);
  const before = sumOf('ComparisonWait');
  await worker.work('compare-stores', [{}]);
  await worker.work('report-queue-length', [{}]);
  expect(sumOf('ComparisonWait')).toBe(before);
});
