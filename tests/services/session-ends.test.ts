import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { endSessions } from '../../workers/session-creation/end-session.ts';
import { leavePlayers } from '../../workers/session-creation/player-left.ts';
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
/** A match of a and b on record. */
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
}
const end = (sessionId: string, playerId: string, left?: string) =>
  perform(endSessions(fleet.stores), [
    { sessionId: own(sessionId), playerId, ...(left !== undefined && { left }) },
  ]);
const leave = (playerId: string) => perform(leavePlayers(fleet.stores), [{ matchId: 'm', playerId }]);
const stored = async (sessionId: string) => (await fleet.stores.sessions.find([own(sessionId)]))[0];
const cached = (sessionId: string) => fleet.cacheRedis.hgetall(`sessions:${own(sessionId)}`);
const left = async () => (await fleet.stores.matches.find(['m'])).get('m')?.left;
/** Both places say it. */
async function expectStatus(sessionId: string, status: string) {
  expect((await stored(sessionId))?.status).toBe(status);
  expect((await cached(sessionId))['status']).toBe(status);
}

describe('an ended session', () => {
  test('is ended in the record and in the cache, however often it is asked', async () => {
    await open('a', 's');

    await end('s', 'a');
    const record = await stored('s');
    await end('s', 'a');

    await expectStatus('s', 'ENDED');
    expect(await stored('s')).toEqual(record);
  });

  test('leaves DocumentDB by an index, so many days after its end as the setting says; an open one never does', async () => {
    await open('a', 'over');
    await open('a', 'open');

    await end('over', 'a');

    const over = await stored('over');
    expect(over?.forget_at?.getTime()).toBe((over?.timestamp.getTime() ?? 0) + 30 * 24 * 3_600_000);
    expect(await stored('open')).not.toHaveProperty('forget_at');
    expect(await fleet.db.collection('sessions').indexes()).toContainEqual(
      expect.objectContaining({ key: { forget_at: 1 }, expireAfterSeconds: 0 }),
    );
  });

  test("stays ended in the cache, whatever a worker that read it before writes there, and whatever that worker's clock says", async () => {
    await open('a', 's');
    const before = await stored('s');
    await end('s', 'a');

    const ahead = new Date(Date.now() + 24 * 3_600_000);
    await fleet.stores.cache.putSessions(before ? [before, { ...before, timestamp: ahead }] : []);

    await expectStatus('s', 'ENDED');
  });

  test('of a worker whose clock is a day behind is shown by the cache all the same', async () => {
    await open('a', 's');
    const record = await stored('s');
    const behind = new Date(Date.now() - 24 * 3_600_000);

    await fleet.stores.cache.putSessions(record ? [{ ...record, status: 'ENDED', timestamp: behind }] : []);

    expect((await cached('s'))['status']).toBe('ENDED');
  });
});

test("a player who ends their session leaves the match that they left at the call; their other sessions and others' go on", async () => {
  await open('a', 'first');
  await open('a', 'second');
  await open('b', 'sb');
  await play('m');

  await end('first', 'a', 'm');

  expect(await left()).toEqual(['a']);
  await expectStatus('first', 'ENDED');
  await expectStatus('second', 'ACTIVE');
  await expectStatus('sb', 'ACTIVE');
});

test('a player who left a match has left it once, told twice or not; a stranger and an unknown match are refused by name', async () => {
  await play('m');

  await leave('a');
  await leave('a');

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

test('only its player may end a session, by whatever name they ask', async () => {
  await open('a', 'sa');
  const you = { kind: 'player', playerId: 'you' } as const;
  const notYours = { refusals: [{ index: 0, reason: expect.stringContaining("another player's session") }] };

  for (const playerId of ['a', 'you'])
    expect(await perform(endSessions(fleet.stores), [{ sessionId: own('sa'), playerId }], you)).toMatchObject(
      notYours,
    );
  expect(await end('sa', 'you'), 'a service names another player').toMatchObject(notYours);
  await expectStatus('sa', 'ACTIVE');
  expect(await perform(leavePlayers(fleet.stores), [{ matchId: 'm', playerId: 'a' }], you)).toMatchObject({
    refusals: [{ index: 0, reason: expect.stringContaining('only for themselves') }],
  });
});

test('a session whose creation comes after its end is over from the start (invariant 11)', async () => {
  expect(await end('late', 'a')).toEqual({ kind: 'done', result: undefined, refusals: [] });
  expect(await open('a', 'late')).toEqual({ kind: 'done', result: undefined, refusals: [] });

  await expectStatus('late', 'ENDED');
  expect(await stored('late')).toMatchObject({ player_id: 'a', forget_at: expect.any(Date) });
  const you = { kind: 'player', playerId: 'you' } as const;
  const ghost = { sessionId: own('ghost'), playerId: 'a' };
  await perform(endSessions(fleet.stores), [ghost], you);
  expect(await stored('ghost'), 'a player ends no session that another may create').toBeUndefined();
});

test('a session that another player creates just before is theirs, and goes on', async () => {
  const { sessions, ...rest } = fleet.stores;
  const endBefore: typeof sessions.endBefore = async (...ended) => {
    await open('b', 'raced');
    return sessions.endBefore(...ended);
  };
  const overtaken = endSessions({ ...rest, sessions: { ...sessions, endBefore } });

  expect(await perform(overtaken, [{ sessionId: own('raced'), playerId: 'a', left: '' }])).toMatchObject({
    refusals: [{ index: 0, reason: expect.stringContaining("another player's session") }],
  });

  await expectStatus('raced', 'ACTIVE');
});

test('a crash after the record and before the cache is repaired by the repeat', async () => {
  await open('a', 'sa');
  const { cache, ...rest } = fleet.stores;
  const dying = { ...cache, putSessions: () => Promise.reject(new Error('the worker died')) };
  const item = { sessionId: own('sa'), playerId: 'a', left: '' };

  await expect(perform(endSessions({ ...rest, cache: dying }), [item])).rejects.toThrow();
  expect((await cached('sa'))['status']).toBe('ACTIVE');
  await end('sa', 'a', '');

  await expectStatus('sa', 'ENDED');
});
