import { beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import { defaultReadableMs } from '../../jobs/matchmaking/claim.ts';
import { describeEnded } from '../../workers/maintenance/describe-tickets.ts';
import { forgetEnded } from '../../workers/maintenance/forget-tickets.ts';
import { recordEndings } from '../../workers/maintenance/record-tickets.ts';
import { startTickets } from '../../workers/matchmaking/start-matchmaking.ts';
import { openDatabase } from '../../workers/records/database.ts';
import { openTickets } from '../../workers/records/tickets.ts';
import { aMatch, aTicket } from '../support/builders.ts';
import { keysOf } from '../support/domain.ts';
import { perform } from '../support/fleet-stores.ts';
import type { HandFleet } from '../support/hand-fleet.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { playingIn } from '../support/playing-in.ts';
import { openRollback } from '../support/store-rollback.ts';
import { openProxy } from '../support/tcp-proxy.ts';

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const plain = (name: string) => name;
const key = (name: string) => `${poolTag(fleet.domain)}:${name}`;
const here = async (...ids: string[]) => (await fleet.producerTickets.describe(ids)).map((it) => it.ticketId);
const describeOnRecord = async (...ticketIds: string[]) =>
  (await fleet.work('describe-tickets', [{ ticketIds }])) as { result?: unknown };
const record = () => fleet.work('record-tickets', [{}]);
const forget = () => fleet.work('forget-tickets', [{}]);
const stop = async (...ids: string[]) => {
  await steps.start(plain, ids);
  for (const id of ids) await fleet.stores.pool.tickets.stop(id);
};
/** So long that what has ended by now may leave. */
const readFor = () => fleet.advance(defaultReadableMs + 1);

describe('a ticket that has ended', () => {
  test('leaves Redis once it can be described no longer and is on record, and not before', async () => {
    await stop('early');
    await fleet.advance(60_000);
    await stop('late');
    await record();
    await forget();
    expect(await here('early', 'late')).toEqual(['early', 'late']);

    await fleet.advance(defaultReadableMs - 59_000);
    await forget();
    expect(await here('early', 'late')).toEqual(['late']);

    await fleet.advance(60_000);
    await forget();
    expect(await here('early', 'late')).toEqual([]);
    expect(await fleet.redis.xlen(key('endings'))).toBe(0);
  });

  test('has no expiry, nor has one that may still be decided: nothing forgets it by itself', async () => {
    await stop('ended');
    await steps.start(plain, ['searches']);

    for (const id of ['ended', 'searches']) expect(await fleet.redis.ttl(key(`ticket:${id}`))).toBe(-1);
  });

  test('is described from the record as it was: status, reason, times and players with what they brought', async () => {
    await stop('ann');
    const [before] = await fleet.producerTickets.describe(['ann']);
    await record();
    await readFor();
    await forget();

    expect(await describeOnRecord('ann', 'ghost')).toMatchObject({ result: [before] });
  });

  test('in a match is described from that match: COMPLETED, with all that it was in Redis but its end to the millisecond', async () => {
    await steps.decide(plain);
    await fleet.drain();
    const before = await fleet.producerTickets.describe(['ann', 'bob']);
    await record();
    await readFor();
    await forget();
    expect(await here('ann', 'bob')).toEqual([]);

    const { result } = (await describeOnRecord('ann', 'bob')) as { result: { ticketId: string }[] };
    expect(result.sort((a, b) => a.ticketId.localeCompare(b.ticketId))).toEqual(
      before.map((ticket) => ({ ...ticket, endTime: expect.any(String) })),
    );
  });

  test('whose match failed is described with its match and the reason', async () => {
    const matchId = await steps.decide(plain);
    await fleet.work('start-match', [{ matchId, givenUp: 'no room' }]);
    const before = await fleet.producerTickets.describe(['ann']);
    await record();
    await readFor();
    await forget();

    expect(before).toMatchObject([{ status: 'FAILED', matchId, statusReason: 'PlacementFailed' }]);
    expect(await describeOnRecord('ann')).toMatchObject({ result: before });
  });

  test('is described from the record to a player who is in it, and to no other', async () => {
    await stop('ann');
    await record();
    const asked = (playerId: string) =>
      fleet.work('describe-tickets', [{ ticketIds: ['ann'] }], { kind: 'player', playerId });

    expect(await asked('ann')).toMatchObject({ result: [{ ticketId: 'ann' }] });
    expect(await asked('eve')).toMatchObject({ result: [] });
  });

  test('claimed by a match that is not stored has not ended, and is not described', async () => {
    const [ticket] = [
      { ticketId: 'a', startTime: 1, sequence: 1, age: 0, players: [...aTicket('a').players] },
    ];
    await fleet.stores.tickets.claim([{ ...aMatch('lost', []), tickets: [ticket] }], new Date());

    expect(await describeOnRecord('a')).toMatchObject({ result: [] });
  });
});

describe('nothing is forgotten that the record does not have', () => {
  test('while DocumentDB is away', async () => {
    const proxy = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '');
    const uri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
    const database = await openDatabase(uri, fleet.db.databaseName);
    onTestFinished(() => database.close());
    await stop('ann', 'bob');
    await proxy.cut();
    const observe = { lag: vi.fn(), lost: vi.fn(), failed: vi.fn() };
    const away = { ...fleet.stores, tickets: openTickets(database.db), observe };
    await perform(recordEndings({ ...away, onEnded: vi.fn(), onRefused: vi.fn() }), [{}]);
    await readFor();
    await forget();

    expect(observe.failed).toHaveBeenCalledOnce();
    expect(await here('ann', 'bob')).toEqual(['ann', 'bob']);
  });

  test('when the queue store went back behind what was recorded', async () => {
    await stop('ann');
    const back = await openRollback(fleet.redis, fleet.domain);
    await record();
    await stop('bob');
    await record();
    await back();
    await stop('eve');
    await readFor();
    await forget();
    expect(await here('ann', 'eve')).toEqual(['ann', 'eve']);

    await record();
    await forget();
    expect(await here('ann', 'eve')).toEqual([]);
    const { result } = await describeOnRecord('ann', 'bob', 'eve');
    expect(result).toHaveLength(3);
  });

  test('by whoever runs while it is recorded: an ending that a store went back on is told as it came to be', async () => {
    await steps.start(plain, ['ann'], 'duel', 60_000);
    const back = await openRollback(fleet.redis, fleet.domain);
    await fleet.stores.pool.tickets.stop('ann');
    await record();
    await back();
    await fleet.advance(61_000);
    await fleet.stores.pool.tickets.expire(['ann']);
    await record();

    expect(await describeOnRecord('ann')).toMatchObject({ result: [{ status: 'TIMED_OUT' }] });
  });

  test('and what the record refuses for good stays as long as the record would have kept it', async () => {
    await stop('ann', 'bob');
    const { tickets } = fleet.stores;
    const record = tickets.record.bind(tickets);
    vi.spyOn(tickets, 'record').mockImplementation(async (endings) => [
      ...(await record(endings.filter((it) => it.ticketId !== 'ann'))),
      { ticketId: 'ann', reason: 'too odd' },
    ]);
    await fleet.work('record-tickets', [{}]);
    await readFor();
    await forget();
    expect(await here('ann', 'bob')).toEqual(['ann']);

    await fleet.advance(30 * 24 * 3_600_000);
    await forget();
    expect(await here('ann')).toEqual([]);
    expect(await fleet.redis.exists(key('unrecorded'))).toBe(0);
  });
});

test('a start job that comes again after its ticket has ended and left starts nothing, and gets its first answer (invariant 11)', async () => {
  const { pool, tickets, compiled } = fleet.stores;
  const stores = { pool, tickets, compiled, wake: async () => undefined };
  const item = { configuration: 'duel', ticketId: 'ann', players: [...aTicket('ann').players] };
  const deliver = (repeated: boolean) =>
    perform(startTickets(stores), [item], undefined, 'job', undefined, repeated);
  const first = await deliver(false);
  await pool.tickets.stop('ann');
  await record();
  await readFor();
  await forget();

  expect(await deliver(true)).toEqual(first);
  expect(await here('ann')).toEqual([]);
});

test('players of a match whose tickets have left are in that match still: no backfill of another lists them (invariant 2)', async () => {
  const matchId = await steps.decide(plain);
  await fleet.drain();
  await record();
  await readFor();
  await forget();

  expect(playingIn(await fleet.redis.get(key('player:ann')))).toBe(matchId);
});

test('thousands of tickets leave in steps, none of which keeps Redis for long', async () => {
  const ids = Array.from({ length: 1_200 }, (_, n) => `t${n}`);
  for (let at = 0; at < ids.length; at += 200) await stop(...ids.slice(at, at + 200));
  await record();
  await readFor();
  const gone = new AbortController();
  gone.abort();
  const readable = { readableMs: defaultReadableMs, refusedReadableMs: 1e12 };
  expect(await fleet.stores.pool.tickets.forgetTickets('ticket-records', readable, gone.signal)).toBe(0);

  expect(await perform(forgetEnded(fleet.stores.pool, readable), [{}])).toMatchObject({
    result: { forgotten: 1_200 },
  });
  expect(await keysOf(fleet.redis, key('ticket:*'))).toEqual([]);
});

test('an entry that nothing can be made of stops nobody behind it', async () => {
  await stop('ann');
  await fleet.redis.xtrim(key('endings'), 'MAXLEN', 0);
  await fleet.redis.xadd(key('endings'), '2-1', 'p', '0-0', 'ticket', 'x', 'ending', '{');
  await fleet.redis.set(key('endings-head'), '2-1');
  await stop('bob');
  await record();

  expect(await describeOnRecord('bob')).toMatchObject({ result: [{ ticketId: 'bob' }] });
});

test('the record is asked once for all tickets of a call, and tells each', async () => {
  const find = vi.fn(async () => []);
  await perform(describeEnded({ tickets: { find }, matches: { find: async () => new Map() } }), [
    { ticketIds: ['a', 'b'] },
  ]);

  expect(find).toHaveBeenCalledExactlyOnceWith(['a', 'b']);
});
