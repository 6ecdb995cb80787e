import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Ending } from '../../jobs/ticket/ending.ts';
import { ticketDay } from '../../jobs/ticket/ticket-day.ts';
import { dropOldTickets } from '../../workers/maintenance/drop-tickets.ts';
import { aMatch, aPlayer } from '../support/builders.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { ticketRecords } from '../support/ticket-records.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const dayMs = 86_400_000;
const minute = 60_000;
const midnight = Math.floor(Date.now() / dayMs) * dayMs;

const ended = (ticketId: string, startTime: number, more: Partial<Ending> = {}): Ending => ({
  ...{ ticketId, status: 'CANCELLED', configuration: 'duel', sequence: 1, players: '[]', playerIds: [] },
  ...{ startTime, endTime: startTime + 1, reason: 'Cancelled', message: 'Cancelled by request.' },
  ...more,
});
const matchOf = (
  matchId: string,
  now: number,
  ...tickets: [id: string, start: number, sequence?: number][]
): CommittedMatch => ({
  ...aMatch(matchId, []),
  now,
  tickets: tickets.map(([ticketId, startTime, sequence = 1]) => ({
    ...{ ticketId, startTime, sequence, age: 0, players: [aPlayer(ticketId)] },
  })),
});
const days = async () =>
  (await fleet.db.listCollections({}, { nameOnly: true }).toArray())
    .map((it) => it.name)
    .filter((name) => name.startsWith('tickets'))
    .sort();
const claim = (match: CommittedMatch) => fleet.stores.tickets.claim([match], new Date());

test('tickets are on record by the day they started on, whoever writes them and whenever', async () => {
  const { tickets } = fleet.stores;
  await tickets.record([ended('late', midnight - 1), ended('early', midnight)]);
  await claim(matchOf('m', midnight + minute, ['ann', midnight - 1], ['bob', midnight]));

  expect(await days()).toEqual([ticketDay(midnight - 1), ticketDay(midnight)].sort());
  for (const [day, ids] of [
    [midnight - 1, ['ann', 'late']],
    [midnight, ['bob', 'early']],
  ] as const)
    expect(
      (await fleet.db.collection(ticketDay(day)).find().toArray()).map((it) => String(it._id)).sort(),
    ).toEqual(ids);
});

test('any number of workers may write the first ticket of a day at once, each ticket once', async () => {
  const endings = Array.from({ length: 20 }, (_, n) => ended(`t${n}`, midnight));

  await Promise.all(Array.from({ length: 8 }, () => fleet.stores.tickets.record(endings)));

  expect(await ticketRecords(fleet.db)).toHaveLength(20);
});

test('a ticket is found whichever day it started on; of two with one id the later', async () => {
  const { tickets } = fleet.stores;
  await tickets.record([
    ended('old', midnight - 29 * dayMs),
    ended('twice', midnight - 3 * dayMs),
    ended('twice', midnight, { status: 'TIMED_OUT' }),
  ]);

  expect(await tickets.find(['old', 'twice', 'ghost'])).toMatchObject([
    { _id: 'twice', status: 'TIMED_OUT' },
    { _id: 'old', status: 'CANCELLED' },
  ]);
});

test('a failed match marks its tickets on every day', async () => {
  const match = matchOf('m', midnight + minute, ['ann', midnight - 1], ['bob', midnight]);
  await claim(match);

  await fleet.stores.tickets.fail([match]);

  expect((await ticketRecords(fleet.db)).map((it) => it.status)).toEqual(['FAILED', 'FAILED']);
});

const keeps = { days: 2, auditDays: 400 };

test('drop-tickets: days are dropped whole when they are over for as long as the setting says, by the time of Redis', async () => {
  const { tickets, pool, audit } = fleet.stores;
  const kept = [0, 1, 2].map((ago) => midnight - ago * dayMs);
  const over = [3, 4].map((ago) => midnight - ago * dayMs);
  await tickets.record([...kept, ...over].map((start) => ended(`t${start}`, start)));
  await fleet.db.collection('tickets_of_others').insertOne({});

  const { result } = (await perform(dropOldTickets({ pool, tickets, audit }, keeps), [{}])) as {
    result?: unknown;
  };

  expect(result).toEqual({ dropped: over.map(ticketDay), decisions: 0 });
  expect(await days()).toEqual([...kept.map(ticketDay), 'tickets_of_others'].sort());
  expect(await perform(dropOldTickets({ pool, tickets, audit }, keeps), [{}])).toMatchObject({
    result: { dropped: [] },
  });
});

test('a worker whose clock is a day ahead drops nothing before its time', async () => {
  const { tickets, audit } = fleet.stores;
  await tickets.record([ended('a', midnight - 3 * dayMs)]);
  const redisTime = async () => midnight - 1;

  await perform(dropOldTickets({ pool: { redisTime }, tickets, audit }, keeps), [{}]);

  expect(await days()).toEqual([ticketDay(midnight - 3 * dayMs)]);
});

test('a claim of minutes ago stands though its ticket started the day before (invariant 2)', async () => {
  await claim(matchOf('m', midnight - minute, ['ann', midnight - 2 * minute]));

  expect(
    await claim(matchOf('n', midnight + minute, ['ann', midnight, 2], ['bob', midnight, 3])),
  ).toMatchObject({
    conflicts: [{ ticketId: 'ann', matchId: 'n', holder: 'm' }],
  });
  expect(await claim(matchOf('o', midnight + 15 * minute, ['ann', midnight + 14 * minute, 4]))).toMatchObject(
    { conflicts: [] },
  );
});

test('a claim that a lost match held the day before stands against nobody once that match has failed', async () => {
  await claim(matchOf('m', midnight - minute, ['ann', midnight - 2 * minute]));
  const next = matchOf('n', midnight + minute, ['ann', midnight, 2]);
  const { conflicts } = await claim(next);

  expect(await fleet.stores.tickets.takeOver(conflicts, [next], new Date())).toMatchObject({ conflicts: [] });
  expect(await fleet.stores.tickets.find(['ann'])).toMatchObject([{ match_id: 'n', status: 'COMPLETED' }]);
});
