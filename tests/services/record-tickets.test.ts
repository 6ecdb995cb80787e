import { beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { recordEndings } from '../../workers/maintenance/record-tickets.ts';
import { openDatabase } from '../../workers/records/database.ts';
import { openTickets } from '../../workers/records/tickets.ts';
import { aConfiguration, aMatch, aTicket } from '../support/builders.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { openProxy } from '../support/tcp-proxy.ts';
import { ticketRecords } from '../support/ticket-records.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
const observe = { lag: vi.fn(), lost: vi.fn(), failed: vi.fn() };

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  for (const each of Object.values(observe)) each.mockClear();
  await fleet.stores.pool.settings.install(aConfiguration());
});

const key = (name: string) => `{${fleet.domain}.matchmaking}:${name}`;
const record = (tickets = fleet.stores.tickets) =>
  perform(
    recordEndings({ pool: fleet.stores.pool, tickets, observe, onEnded: vi.fn(), onRefused: vi.fn() }),
    [{}],
  );
const records = () => ticketRecords(fleet.db);
const search = (...ids: string[]) => fleet.producerTickets.start(ids.map((id) => aTicket(id)));
async function commit(matchId: string, ...ids: string[]) {
  await search(...ids);
  const tickets = (await fleet.stores.pool.mirror.readPool('duel', 0, 100)).tickets;
  const match = aMatch(matchId, tickets);
  const revisions = tickets.map((it) => it.revision);
  await fleet.stores.pool.matches.commit('duel', [{ match, jobId: 'job', revisions, ruleEvaluations: [] }]);
  return match;
}
const ended = { player_ids: expect.anything(), start_time: expect.any(Date), configuration: 'duel' };

describe('a ticket that ends without a match', () => {
  test('is on record with its reason, however it ended and however often that is told (invariant 9)', async () => {
    const { pool } = fleet.stores;
    await search('stopped', 'late');
    await pool.tickets.stop('stopped');
    await changeTicket(fleet.redis, key('ticket:late'), { deadline: 1 });
    await pool.tickets.expire(['late']);
    await search('unfit', 'waiting');
    await pool.tickets.refuse([
      { ticketId: 'unfit', revision: 1, reason: 'InvalidTicket', message: 'players: none' },
    ]);

    await record();
    await fleet.redis.del(key('follower:ticket-records'));
    await record();

    expect(await records()).toMatchObject([
      { _id: 'late', status: 'TIMED_OUT', reason: 'TimedOut', ...ended },
      { _id: 'stopped', status: 'CANCELLED', message: 'Cancelled by request.', player_ids: ['stopped'] },
      { _id: 'unfit', status: 'FAILED', reason: 'InvalidTicket', message: 'players: none' },
    ]);
    expect(observe.failed).not.toHaveBeenCalled();
  });
});

describe('a claim of a match', () => {
  test('is never overwritten: its ticket stays the match its record says (invariant 2)', async () => {
    const match = await commit('m', 'a', 'b');
    await fleet.stores.tickets.claim([match], new Date());
    await fleet.stores.pool.matches.settle([{ match, status: 'COMPLETED', reason: '', message: '' }]);
    await fleet.stores.tickets.record([
      {
        ...{ ticketId: 'a', status: 'CANCELLED', configuration: 'duel', playerIds: ['a'] },
        ...{
          startTime: match.tickets[0]?.startTime ?? 0,
          endTime: match.now,
          reason: 'Cancelled',
          message: 'of an older store',
        },
        ...{ sequence: 1, players: '[]' },
      },
    ]);
    await record();

    expect(await records()).toMatchObject([
      { _id: 'a', status: 'COMPLETED', match_id: 'm' },
      { _id: 'b', status: 'COMPLETED', match_id: 'm' },
    ]);
    expect((await records())[0]).not.toHaveProperty('reason');
  });

  test('that came to nothing says so, and stays that match', async () => {
    const match = await commit('m', 'a', 'b');
    await fleet.stores.tickets.claim([match], new Date());
    await fleet.stores.pool.matches.settle([
      { match, status: 'FAILED', reason: 'PlacementFailed', message: 'no room' },
    ]);
    await record();

    expect(await records()).toMatchObject([
      { _id: 'a', status: 'FAILED', match_id: 'm', reason: 'PlacementFailed', message: 'no room' },
      { _id: 'b', status: 'FAILED', match_id: 'm' },
    ]);
  });

  test('of a match that failed before anybody claimed it is on record too', async () => {
    const match = await commit('m', 'a', 'b');
    await fleet.stores.pool.matches.settle([
      { match, status: 'FAILED', reason: 'PlacementFailed', message: 'late' },
    ]);
    await record();

    expect(await records()).toMatchObject([
      { _id: 'a', status: 'FAILED', match_id: 'm' },
      { _id: 'b', status: 'FAILED', match_id: 'm' },
    ]);
  });

  test('takes a ticket that is on record without a match, and only one claim can', async () => {
    await search('a');
    await fleet.stores.pool.tickets.stop('a');
    await record();
    const startTime = (await records())[0]?.start_time.getTime() ?? 0;
    const [one, two] = ['one', 'two'].map((id) => ({
      ...aMatch(id, []),
      tickets: [{ ticketId: 'a', startTime, sequence: 1, age: 0, players: [...aTicket('a').players] }],
    }));
    if (!one || !two) throw new Error('two matches');

    const losers = await Promise.all([
      fleet.stores.tickets.claim([one], new Date()),
      fleet.stores.tickets.claim([two], new Date()),
    ]);

    const lost = losers.flatMap(({ conflicts }) => conflicts.map((it) => it.matchId));
    expect(lost).toHaveLength(1);
    const [found] = await records();
    expect(found).toMatchObject({ status: 'COMPLETED' });
    expect(found).not.toHaveProperty('reason');
    expect(lost).not.toContain(found?.match_id);
  });
});

test('with DocumentDB away endings wait in the stream, and are written when it is back (invariant 9)', async () => {
  const proxy = await openProxy(inject('stackEnv')['DOCUMENTDB_URI'] ?? '');
  const uri = `mongodb://127.0.0.1:${proxy.port}/?directConnection=true`;
  const database = await openDatabase(uri, fleet.db.databaseName);
  onTestFinished(() => database.close());
  await search('a', 'b');
  await fleet.stores.pool.tickets.stop('a');
  await proxy.cut();

  await record(openTickets(database.db));
  expect(observe.failed).toHaveBeenCalledExactlyOnceWith('ticket-records', expect.anything());
  await fleet.stores.pool.tickets.stop('b');
  await fleet.redis.hdel(key('follower:ticket-records'), 'until');
  await record();

  expect(await records()).toMatchObject([
    { _id: 'a', status: 'CANCELLED' },
    { _id: 'b', status: 'CANCELLED' },
  ]);
});
