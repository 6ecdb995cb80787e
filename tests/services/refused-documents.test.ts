import { type Db, MongoServerError } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { poolTag } from '../../jobs/keys.ts';
import { defaultReadableMs } from '../../jobs/matchmaking/claim.ts';
import { ticketDay } from '../../jobs/ticket/ticket-day.ts';
import { openSessions } from '../../workers/records/sessions.ts';
import { insertEach, updateEach } from '../../workers/records/write-each.ts';
import { aPlayer } from '../support/builders.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { dieEverywhere } from '../support/crash-table.ts';
import { type HandFleet, openCrew, openHandFleet } from '../support/hand-fleet.ts';
import { brokenInvariants } from '../support/invariants.ts';
import { type LifeSteps, lifeSteps } from '../support/life-steps.ts';
import { ticketRecords } from '../support/ticket-records.ts';

/** A DocumentDB of this file's own, which refuses every document that contains this text. */
const poison = 'poison';
let stack: Stack;
beforeAll(async () => {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  stack = await startStack({ env: { PATH, HOME, XDG_CACHE_HOME }, parts: ['documentdb'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

let fleet: HandFleet;
let steps: LifeSteps;
beforeEach(async () => {
  fleet = await openHandFleet(stack.part('documentdb').url);
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  steps = await lifeSteps(fleet);
});

/** From now on, and until the test ends, the documents of a collection that contain a text are refused. */
async function refuseIn(collection: string, text = poison) {
  const { refuse } = stack.part('documentdb');
  if (!refuse) throw new Error('Cannot have a document refused: only our gateway can');
  const probe = () => insertEach(fleet.db.collection(collection), [{ text }]);
  refuse({ collection, text });
  await vi.waitUntil(async () => (await probe()).refused.size === 1);
  onTestFinished(async () => {
    refuse({ collection });
    await vi.waitUntil(async () => (await probe()).refused.size === 0);
  });
  await fleet.db.collection(collection).deleteMany({ text });
}

const statuses = async (...ids: string[]) =>
  (await fleet.producerTickets.describe(ids)).map((it) => it.status);

test('one refused match of 200 in a job is stored as FAILED without its contents, and the others start (invariants 1, 3, 4)', async () => {
  await refuseIn('matches');
  const names = Array.from({ length: 199 }, (_, n) => `t${n}`);
  const all = [...names, `${poison}`].flatMap((name) => [`${name}-1`, `${name}-2`]);
  for (let at = 0; at < all.length; at += 100) await steps.start((name) => name, all.slice(at, at + 100));
  await steps.cycle(fleet);

  await fleet.drain();

  const ended = new Map((await fleet.producerTickets.describe(all)).map((it) => [it.ticketId, it]));
  const [bad] = [...ended.values()].filter((it) => it.ticketId === `${poison}-1`);
  const failed = [...ended.values()].filter((it) => it.status !== 'COMPLETED');
  expect(failed.length).toBeLessThanOrEqual(4);
  expect(failed.every((it) => it.status === 'FAILED' && it.statusReason === 'MatchNotStored')).toBe(true);
  expect((await fleet.stores.matches.find([bad?.matchId ?? ''])).get(bad?.matchId ?? '')).toMatchObject({
    status: 'FAILED',
    reason: 'MatchNotStored',
    tickets: [],
    teams: [],
  });
  expect(await brokenInvariants(fleet, { tickets: all })).toEqual([]);
});

test('start-match of a match that the record refuses: FAILED, whatever call its worker dies at (invariants 1 to 8)', async () => {
  await refuseIn('matches');
  const calls = await dieEverywhere(fleet, {
    job: 'start-match of a match that the record refuses',
    calls: '',
    begin: (own) => steps.decide((name) => own(`${name}-${poison}`)),
    work: (_own, worker, matchId) => worker.work('start-match', [{ matchId }]),
    end: { [`ann-${poison}`]: 'FAILED', [`bob-${poison}`]: 'FAILED' },
  });

  expect(calls.join(' ')).toBe(
    'pool.decided tickets.claim ladders.read players.find matches.create tickets.fail matches.goOnAlone pool.settle',
  );
});

test('a match whose claim is refused fails, and its neighbours start (invariants 1, 3)', async () => {
  await refuseIn(ticketDay(Date.now()));
  const bad = await steps.decide((name) => `${poison}-${name}`);
  const well = await steps.decide((name) => `well-${name}`);

  await fleet.work('start-match', [{ matchId: bad }, { matchId: well }]);

  expect(await statuses(`${poison}-ann`, `${poison}-bob`)).toEqual(['FAILED', 'FAILED']);
  expect(await statuses('well-ann', 'well-bob')).toEqual(['COMPLETED', 'COMPLETED']);
  expect(await brokenInvariants(fleet)).toEqual([]);
});

test('an ending that is refused holds up no other (invariant 1)', async () => {
  await refuseIn(ticketDay(Date.now()));
  await steps.start((name) => name, [`${poison}-ann`, 'ann']);
  for (const id of [`${poison}-ann`, 'ann']) await fleet.stores.pool.tickets.stop(id);

  await fleet.work('record-tickets', [{}]);

  expect(await ticketRecords(fleet.db)).toMatchObject([{ _id: 'ann', status: 'CANCELLED' }]);
});

test('an update that is refused leaves its neighbours be, and is told by its place', async () => {
  await fleet.db.collection<{ _id: number }>('things').insertMany([{ _id: 0 }, { _id: 1 }, { _id: 2 }]);
  await refuseIn('things');
  const things = fleet.db.collection<{ _id: number; text: string }>('things');
  const updates = ['well', poison, 'well'].map((text, _id) => ({
    updateOne: { filter: { _id }, update: { $set: { text } } },
  }));

  const { matched, refused } = await updateEach(things, updates);

  expect(matched).toBe(2);
  expect([...refused]).toEqual([[1, expect.stringMatching(/validation/)]]);
  expect((await things.find().sort({ _id: 1 }).toArray()).map((it) => it.text)).toEqual([
    'well',
    undefined,
    'well',
  ]);
  const large = {
    updateOne: { filter: { _id: 1 }, update: { $set: { text: 'x'.repeat(17 * 1024 * 1024) } } },
  };
  expect([...(await updateEach(things, [...updates.slice(0, 1), large])).refused]).toEqual([
    [1, expect.any(String)],
  ]);
});

test('an ending that takes the place of an older one and is refused holds up no other, and its ticket stays (invariant 1)', async () => {
  const names = ['ann', 'bob'];
  for (const again of [false, true]) {
    await steps.start((name) => name, names);
    if (again)
      await changeTicket(fleet.redis, `${poolTag(fleet.domain)}:ticket:ann`, {
        players: JSON.stringify([aPlayer(poison)]),
      });
    for (const id of names) await fleet.stores.pool.tickets.stop(id);
    if (again) await refuseIn(ticketDay(Date.now()));
    await fleet.work('record-tickets', [{}]);
    await fleet.advance(defaultReadableMs);
    await fleet.work('forget-tickets', [{}]);
  }

  const [ann, bob] = await ticketRecords(fleet.db);
  expect([ann?.players, bob?.sequence]).toEqual([expect.not.stringContaining(poison), 4]);
  expect(await statuses('ann')).toEqual(['CANCELLED']);
  expect(await statuses('bob')).toEqual([]);
});

test('a claim that takes the place of an older one and is refused fails its match alone (invariants 1, 3)', async () => {
  const ended = {
    status: 'CANCELLED',
    configuration: 'duel',
    sequence: 0,
    players: '[]',
    playerIds: [],
  } as const;
  const why = { reason: 'Cancelled', message: 'Cancelled by request.' };
  const bad = await steps.decide((name) => `bad-${name}`);
  const well = await steps.decide((name) => `well-${name}`);
  const decided = await fleet.stores.pool.matches.decided([bad, well]);
  await fleet.stores.tickets.record(
    decided.flatMap(({ tickets }) =>
      tickets.map(({ ticketId, startTime }) => ({
        ticketId,
        startTime,
        endTime: startTime,
        ...ended,
        ...why,
      })),
    ),
  );
  await refuseIn(ticketDay(Date.now()), bad);

  await fleet.work('start-match', [{ matchId: bad }, { matchId: well }]);

  expect(await statuses('bad-ann', 'bad-bob')).toEqual(['FAILED', 'FAILED']);
  expect(await statuses('well-ann', 'well-bob')).toEqual(['COMPLETED', 'COMPLETED']);
});

test('a call that the store refuses whole is taken apart until what it refuses stands alone', async () => {
  const things = fleet.db.collection<{ _id: number; text: string }>('things');
  const documents = Array.from({ length: 9 }, (_, _id) => ({ _id, text: 'well' }));
  await things.insertOne({ _id: 7, text: 'there before' });
  const large = { _id: 5, text: 'x'.repeat(17 * 1024 * 1024) };

  const { present, refused } = await insertEach(things, documents.with(5, large));

  expect([...present]).toEqual([7]);
  expect([...refused]).toEqual([[5, expect.stringMatching(/larger than the maximum/)]]);
  expect(await things.countDocuments()).toBe(8);
});

test.each(['sessions', 'players'])(
  'a session that %s refuses is refused by name, and its neighbours are created',
  async (collection) => {
    await refuseIn(collection);
    // The session cache is every test's: whose rating it has exists.
    const names = ['ann', poison, 'bob'].map((name) => `${fleet.domain}-${name}`);
    const sessions = names.map((name) => ({ sessionId: `s-${name}`, playerId: name, requestedAt: 0 }));

    const outcome = await fleet.work('create-session', sessions);

    expect(outcome).toMatchObject({
      kind: 'done',
      refusals: [{ index: 1, reason: expect.stringMatching(/poison/) }],
    });
    const created = await fleet.stores.sessions.find(sessions.map((it) => it.sessionId));
    expect(created.map((it) => it.player_id)).toEqual([names[0], names[2]]);
  },
);

describe('a session that DocumentDB refuses to change', () => {
  let names: string[];
  beforeEach(async () => {
    names = ['ann', poison, 'bob'].map((name) => `${fleet.domain}-${name}`);
    const items = names.map((name) => ({ sessionId: name, playerId: name, requestedAt: 0 }));
    await fleet.work('create-session', items);
  });
  /** A worker to which every statement is refused that changes that session, alone or among others. */
  const refusedWorker = () => {
    const refuse = async () => {
      throw new MongoServerError({ message: 'Document failed validation', code: 121 });
    };
    const collection = (name: string) =>
      new Proxy(fleet.db.collection(name), {
        get: (target, member) => {
          const method: unknown = Reflect.get(target, member);
          if (typeof method !== 'function') return method;
          return (...args: unknown[]) =>
            (member === 'bulkWrite' || member === 'insertMany') && JSON.stringify(args).includes(poison)
              ? refuse()
              : Reflect.apply(method, target, args);
        },
      });
    return openCrew({ ...fleet.kit, sessions: openSessions({ collection } as unknown as Db) });
  };
  const open = async () =>
    (await fleet.stores.sessions.find(names)).filter((it) => it.status === 'ACTIVE').map((it) => it._id);

  test('is refused by name where it should end, and its neighbours end', async () => {
    const items = names.map((name) => ({ sessionId: name, playerId: name }));

    expect(await refusedWorker().work('end-session', items)).toMatchObject({
      kind: 'done',
      refusals: [{ index: 1, reason: expect.stringMatching(/refuses to end session .*poison/) }],
    });

    expect(await open()).toEqual([names[1]]);
  });

  test('is refused by name where it should end before it was created, and its neighbours end', async () => {
    const late = names.map((name) => `late-${name}`);
    const items = late.map((name) => ({ sessionId: name, playerId: name }));

    expect(await refusedWorker().work('end-session', items)).toMatchObject({
      kind: 'done',
      refusals: [{ index: 1, reason: expect.stringMatching(/refuses to end session late-.*poison/) }],
    });

    const stored = await fleet.stores.sessions.find(late);
    expect(stored.map((it) => [it._id, it.status])).toEqual(
      [late[0], late[2]].sort().map((name) => [name, 'ENDED']),
    );
  });

  test('keeps no other from expiring, nor the job from its end', async () => {
    await fleet.db.collection('sessions').updateMany({}, { $set: { timestamp: new Date(0) } });

    expect(await refusedWorker().work('expire-sessions', [{}])).toMatchObject({ result: { expired: 2 } });

    expect(await open()).toEqual([names[1]]);
  });
});
