import { randomUUID } from 'node:crypto';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let latencies: number[];

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  latencies = [];
});

const create = (...items: { sessionId: string; playerId: string }[]) =>
  perform(
    createSessions({ ...fleet.stores, onCreated: (ms) => latencies.push(ms) }),
    items.map((item) => ({ ...item, requestedAt: Date.now() - 50 })),
  );
const cached = (sessionId: string) => fleet.cacheRedis.hgetall(`sessions:${sessionId}`);

test('a first session creates the player, the durable session and the cached one', async () => {
  const [sessionId, playerId] = [randomUUID(), randomUUID()];

  expect(await create({ sessionId, playerId })).toMatchObject({ kind: 'done', refusals: [] });

  expect(await fleet.db.collection('players').findOne({ cognito_id: playerId })).toMatchObject({
    profile: { created_at: expect.any(Date), games_played: 0, current_rating: 1500 },
  });
  expect(await fleet.db.collection<{ _id: string }>('sessions').findOne({ _id: sessionId })).toMatchObject({
    player_id: playerId,
    status: 'ACTIVE',
    rating: 1500,
  });
  expect(await cached(sessionId)).toEqual({
    player_id: playerId,
    status: 'ACTIVE',
    rating: '1500',
    timestamp: expect.stringMatching(/^\d{13}$/),
  });
  expect(await fleet.cacheRedis.ttl(`sessions:${sessionId}`)).toBeGreaterThan(0);
  expect(latencies).toEqual([expect.any(Number)]);
  expect(latencies[0]).toBeGreaterThanOrEqual(50);
});

test('doing it again changes nothing and is not measured again (invariant 9)', async () => {
  const item = { sessionId: randomUUID(), playerId: randomUUID() };
  await create(item);
  const [session] = await fleet.db.collection('sessions').find().toArray();

  await create(item);

  expect(await fleet.db.collection('sessions').find().toArray()).toEqual([session]);
  expect(await fleet.db.collection('players').countDocuments()).toBe(1);
  expect(latencies).toHaveLength(1);
});

test('many workers creating one player at once create it once', async () => {
  const playerId = randomUUID();

  await Promise.all(Array.from({ length: 8 }, () => create({ sessionId: randomUUID(), playerId })));

  expect(await fleet.db.collection('players').countDocuments()).toBe(1);
  expect(await fleet.db.collection('sessions').countDocuments({ player_id: playerId })).toBe(8);
});

test('a batch creates all of its sessions, two of one player among them', async () => {
  const [one, two] = [randomUUID(), randomUUID()];

  await create(
    { sessionId: 's1', playerId: one },
    { sessionId: 's2', playerId: two },
    { sessionId: 's3', playerId: one },
  );

  expect(await fleet.db.collection('sessions').countDocuments()).toBe(3);
  expect(await fleet.db.collection('players').countDocuments()).toBe(2);
});

test("another player's session id is refused by name; its neighbours are created", async () => {
  await create({ sessionId: 'mine', playerId: 'me' });

  const outcome = await create(
    { sessionId: 'mine', playerId: 'you' },
    { sessionId: 'yours', playerId: 'you' },
  );

  expect(outcome).toMatchObject({
    kind: 'done',
    refusals: [{ index: 0, reason: "sessionId: mine is another player's session" }],
  });
  expect((await cached('mine'))['player_id']).toBe('me');
  expect((await cached('yours'))['player_id']).toBe('you');
});

test("a player's rating stands in their new session, and unknown fields of the player are kept", async () => {
  const playerId = randomUUID();
  await fleet.db.collection<{ _id: string }>('players').insertOne({
    _id: playerId,
    cognito_id: playerId,
    profile: { created_at: new Date(0), games_played: 7, current_rating: 1720 },
    ratings: { default: { mu: 32, sigma: 3, version: 7 } },
    favourite_map: 'docks',
  } as { _id: string });

  await create({ sessionId: randomUUID(), playerId });

  expect(await fleet.db.collection('sessions').findOne({ player_id: playerId })).toMatchObject({
    rating: 1720,
  });
  expect(await fleet.db.collection('players').findOne({ cognito_id: playerId })).toMatchObject({
    favourite_map: 'docks',
    profile: { games_played: 7 },
  });
});
