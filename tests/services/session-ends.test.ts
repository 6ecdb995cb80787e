import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { sessionLifeSeconds } from '../../jobs/session-creation/session.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { endSessions } from '../../workers/session-creation/end-session.ts';
import { expireOldSessions } from '../../workers/session-creation/expire-sessions.ts';
import { leavePlayers } from '../../workers/session-creation/player-left.ts';
import { readSessions } from '../../workers/session-creation/read-session.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
/** An id nobody else uses: the session cache is shared by all domains. */
const own = (name: string) => `${fleet.domain}-${name}`;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const open = (playerId: string, sessionId: string) =>
  perform(createSessions({ ...fleet.stores, onCreated: () => undefined }), [
    { sessionId: own(sessionId), playerId, requestedAt: 0 },
  ]);
/** A match of a and b with their newest sessions in it. */
async function play(matchId: string) {
  const match = {
    matchId,
    configuration: 'duel',
    ladder: 'default',
    ruleSet: { name: 'duel', version: 1 },
    now: Date.now(),
    asOf: Date.now(),
    seed: 1,
    tickets: [],
    teams: ['a', 'b'].map((playerId) => ({ name: playerId, playerIds: [playerId] })),
  };
  await fleet.stores.matches.create([{ match, status: 'COMPLETED' }], new Date());
  const boarded = await fleet.stores.sessions.board(
    ['a', 'b'].map((playerId) => ({ playerId, matchId, matchAt: match.now })),
    new Date(),
  );
  await fleet.stores.cache.putSessions(boarded);
}
const end = (sessionId: string) => perform(endSessions(fleet.stores), [{ sessionId: own(sessionId) }]);
const leave = (playerId: string) => perform(leavePlayers(fleet.stores), [{ matchId: 'm', playerId }]);
const stored = async (sessionId: string) => (await fleet.stores.sessions.find([own(sessionId)]))[0];
const cached = (sessionId: string) => fleet.cacheRedis.hgetall(`sessions:${own(sessionId)}`);
const left = async () => (await fleet.stores.matches.find(['m'])).get('m')?.left;
/** Both places say it. */
async function expectStatus(sessionId: string, status: string) {
  expect((await stored(sessionId))?.status).toBe(status);
  expect((await cached(sessionId))['status']).toBe(status);
}

test('an ended session is ended in the record and in the cache, however often it is asked', async () => {
  await open('a', 's');

  await end('s');
  const record = await stored('s');
  await end('s');

  await expectStatus('s', 'ENDED');
  expect(await stored('s')).toEqual(record);
});

test('a player who ends their session in a match leaves the match, and its result does not open the session again', async () => {
  await open('a', 'sa');
  await open('b', 'sb');
  await play('m');

  await end('sa');
  await fleet.stores.cache.putSessions(
    await fleet.stores.sessions.release(['m'], ['a', 'b'], new Map(), new Date()),
  );

  expect(await left()).toEqual(['a']);
  await expectStatus('sa', 'ENDED');
  await expectStatus('sb', 'ACTIVE');
});

test('of a player with two sessions only the one in the match moves with it', async () => {
  await open('a', 'first');
  await open('a', 'second');
  await open('b', 'sb');
  await play('m');
  const [playing, waiting] = (await stored('first'))?.match_id ? ['first', 'second'] : ['second', 'first'];

  await leave('a');
  await expectStatus(playing!, 'ACTIVE');
  await end(waiting!);

  await expectStatus(playing!, 'ACTIVE');
  await expectStatus(waiting!, 'ENDED');
  await expectStatus('sb', 'IN_MATCH');
});

test('a player who left a match is in the lobby, told twice or not; a stranger and an unknown match are refused by name', async () => {
  await open('a', 'sa');
  await open('b', 'sb');
  await play('m');

  await leave('a');
  await leave('a');

  await expectStatus('sa', 'ACTIVE');
  await expectStatus('sb', 'IN_MATCH');
  expect(await left()).toEqual(['a']);
  expect(
    await perform(leavePlayers(fleet.stores), [
      { matchId: 'm', playerId: 'c' },
      { matchId: 'ghost', playerId: 'a' },
    ]),
  ).toMatchObject({
    refusals: [
      { index: 0, reason: 'playerId: c is not a player of match m' },
      { index: 1, reason: 'matchId: there is no match ghost' },
    ],
  });
});

test('a player may end and leave only for themselves, and an unknown session is refused by name', async () => {
  await open('a', 'sa');
  const you = { kind: 'player', playerId: 'you' } as const;

  expect(await perform(endSessions(fleet.stores), [{ sessionId: own('sa') }], you)).toMatchObject({
    refusals: [{ index: 0, reason: expect.stringContaining("another player's session") }],
  });
  expect(await perform(leavePlayers(fleet.stores), [{ matchId: 'm', playerId: 'a' }], you)).toMatchObject({
    refusals: [{ index: 0, reason: expect.stringContaining('only for themselves') }],
  });
  expect(await end('ghost'), 'it may be on its way').toMatchObject({ kind: 'later' });
  const service = { kind: 'service', name: 'lobby' } as const;
  const longAgo = Date.now() - 60_000;
  expect(
    await perform(endSessions(fleet.stores), [{ sessionId: own('ghost') }], service, undefined, longAgo),
  ).toMatchObject({ refusals: [{ reason: expect.stringContaining('there is no session') }] });
});

test('a session nothing happened in for a day expires; one that changed since does not', async () => {
  await open('a', 'old');
  await open('b', 'young');
  const longAgo = new Date(Date.now() - sessionLifeSeconds * 1_000 - 1);
  await fleet.db
    .collection<{ _id: string }>('sessions')
    .updateOne({ _id: own('old') }, { $set: { timestamp: longAgo } });

  expect(await perform(expireOldSessions(fleet.stores), [{}])).toMatchObject({ result: { expired: 1 } });

  await expectStatus('old', 'EXPIRED');
  await expectStatus('young', 'ACTIVE');
  await play('m');
  expect((await stored('old'))?.match_id).toBeUndefined();
});

test('a session the cache lost is read from its record and cached again; reading keeps it there', async () => {
  await open('a', 's');
  const before = await cached('s');
  const read = () => perform(readSessions(fleet.stores), [{ sessionId: own('s') }]);
  await fleet.cacheRedis.del(`sessions:${own('s')}`);

  expect(await read()).toMatchObject({ result: before });
  expect(await cached('s')).toEqual(before);
  await fleet.cacheRedis.expire(`sessions:${own('s')}`, 10);
  expect(await read()).toMatchObject({ result: before });
  expect(await fleet.cacheRedis.ttl(`sessions:${own('s')}`)).toBeGreaterThan(10);
  expect(await perform(readSessions(fleet.stores), [{ sessionId: own('ghost') }])).toMatchObject({
    result: null,
  });
});

test('a session that expired while its worker died before the cache was told is read as EXPIRED', async () => {
  await open('a', 's');
  const longAgo = Date.now() - sessionLifeSeconds * 1_000 - 1;
  await fleet.db
    .collection<{ _id: string }>('sessions')
    .updateOne({ _id: own('s') }, { $set: { timestamp: new Date(longAgo) } });
  await fleet.cacheRedis.hset(`sessions:${own('s')}`, 'timestamp', longAgo);
  const { cache, ...rest } = fleet.stores;
  const dying = { ...cache, putSessions: () => Promise.reject(new Error('the worker died')) };
  await expect(perform(expireOldSessions({ ...rest, cache: dying }), [{}])).rejects.toThrow();
  expect((await cached('s'))['status']).toBe('ACTIVE');

  expect(await perform(readSessions(fleet.stores), [{ sessionId: own('s') }])).toMatchObject({
    result: { status: 'EXPIRED' },
  });

  await expectStatus('s', 'EXPIRED');
});

test('a crash after the record and before the cache is repaired by the repeat', async () => {
  await open('a', 'sa');
  await open('b', 'sb');
  await play('m');
  const { cache, ...rest } = fleet.stores;
  const dying = { ...cache, putSessions: () => Promise.reject(new Error('the worker died')) };

  await expect(perform(endSessions({ ...rest, cache: dying }), [{ sessionId: own('sa') }])).rejects.toThrow();
  await expect(
    perform(leavePlayers({ ...rest, cache: dying }), [{ matchId: 'm', playerId: 'b' }]),
  ).rejects.toThrow();
  expect((await cached('sa'))['status']).toBe('IN_MATCH');
  await end('sa');
  await leave('b');

  await expectStatus('sa', 'ENDED');
  await expectStatus('sb', 'ACTIVE');
});

test('what a worker changes whose clock is half a minute off is shown by the cache, and what others change after it', async () => {
  const putAll = (sessions: Parameters<typeof fleet.stores.cache.putSessions>[0]) =>
    fleet.stores.cache.putSessions(sessions);
  const { sessions } = fleet.stores;
  for (const offMs of [30_000, -30_000]) {
    const [player, matchId] = [`p${offMs}`, `m${offMs}`];
    await open(player, player);
    const boarding = [{ playerId: player, matchId, matchAt: Date.now() }];

    await putAll(await sessions.board(boarding, new Date(Date.now() + offMs)));
    await expectStatus(player, 'IN_MATCH');
    await putAll(await sessions.release([matchId], [player], new Map([[player, 1700]]), new Date()));
    await expectStatus(player, 'ACTIVE');

    expect((await cached(player))['rating']).toBe('1700');
    expect((await cached(player))['timestamp']).toBe(String((await stored(player))?.timestamp.getTime()));
    await end(player);
    await expectStatus(player, 'ENDED');
  }
});
