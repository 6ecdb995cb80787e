import { once } from 'node:events';
import { beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { type DescribedSession, sessionLifeSeconds } from '../../jobs/session/session.ts';
import { openCacheRedis } from '../../workers/process/redis.ts';
import { openSessionCache } from '../../workers/session-cache/session-cache.ts';
import { createSessions } from '../../workers/session-creation/create-session.ts';
import { endSessions } from '../../workers/session-creation/end-session.ts';
import { expireOldSessions } from '../../workers/session-creation/expire-sessions.ts';
import { readSessions } from '../../workers/session-creation/read-session.ts';
import { perform } from '../support/fleet-stores.ts';
import type { HandFleet } from '../support/hand-fleet.ts';
import { type LifeSteps, openLife } from '../support/life-steps.ts';
import { openProxy, type TcpProxy } from '../support/tcp-proxy.ts';

let fleet: HandFleet;
let steps: LifeSteps;
/** An id nobody else uses: the session cache is shared by all domains. */
const own = (name: string) => `${fleet.domain}-${name}`;
const dayMs = 24 * 3_600_000;

beforeEach(async () => {
  ({ fleet, steps } = await openLife());
});

const open = (playerId: string, sessionId: string) =>
  fleet.work('create-session', [{ sessionId: own(sessionId), playerId, requestedAt: 0 }]);
const stored = async (sessionId: string) => (await fleet.stores.sessions.find([own(sessionId)]))[0];
const cached = (sessionId: string) => fleet.cacheRedis.hgetall(`sessions:${own(sessionId)}`);
const read = async (sessionId: string) => {
  const outcome = await fleet.work('read-session', [{ sessionId: own(sessionId) }]);
  return outcome.kind === 'done' ? (outcome.result as DescribedSession | null) : undefined;
};
/** Has nothing happened in a session for longer than it lives. */
const age = async (sessionId: string) => {
  const longAgo = Date.now() - sessionLifeSeconds * 1_000 - 1_000;
  await fleet.db
    .collection<{ _id: string }>('sessions')
    .updateOne({ _id: own(sessionId) }, { $set: { timestamp: new Date(longAgo) } });
  await fleet.cacheRedis.hset(`sessions:${own(sessionId)}`, 'timestamp', longAgo);
};
const expire = () => fleet.work('expire-sessions', [{}]);
/** This worker's clock is a day off, until the test ends. */
const clockOff = (ms: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  onTestFinished(() => void vi.useRealTimers());
};

describe('a session that is read', () => {
  test('is IN_MATCH, and in which, from the decision of a match until its player is out of it; so is every other of theirs (invariant 4)', async () => {
    await open('ann', 'ann');
    await open('ann', 'tablet');
    expect(await read('ann')).toMatchObject({ status: 'ACTIVE' });

    const matchId = await steps.decide((name) => name);
    for (const sessionId of ['ann', 'tablet'])
      expect(await read(sessionId)).toMatchObject({ status: 'IN_MATCH', match_id: matchId });
    await fleet.workOff();
    expect(await read('ann')).toMatchObject({ status: 'IN_MATCH', match_id: matchId });

    await fleet.stores.pool.matches.leave('ann', matchId);
    for (const sessionId of ['ann', 'tablet']) {
      expect(await read(sessionId)).toMatchObject({ status: 'ACTIVE' });
      expect(await read(sessionId)).not.toHaveProperty('match_id');
    }
  });

  test('is in no match that is over, though it is a second one of its player (invariant 4)', async () => {
    const matchId = await steps.decide((name) => name);
    await fleet.workOff();
    await open('ann', 'second');
    const teams = ['side_1', 'side_2'].map((name, index) => ({ name, rank: index + 1 }));

    expect(await fleet.work('update-ratings', [{ matchId, teams }])).toMatchObject({ kind: 'done' });
    await fleet.workOff();

    const session = await read('second');
    expect(session).toMatchObject({ status: 'ACTIVE' });
    const player = (await fleet.stores.players.find(['ann'])).get('ann');
    expect(session?.rating).toBe(String(player?.profile.current_rating));
  });

  test('comes from its record where the cache has lost it, and is cached again; reading keeps it there', async () => {
    await open('ann', 's');
    const before = await cached('s');
    await fleet.cacheRedis.del(`sessions:${own('s')}`);

    expect(await read('s')).toEqual(before);
    expect(await cached('s')).toEqual(before);
    await fleet.cacheRedis.expire(`sessions:${own('s')}`, 10);
    expect(await read('s')).toEqual(before);
    expect(await fleet.cacheRedis.ttl(`sessions:${own('s')}`)).toBeGreaterThan(10);
    expect(await read('ghost')).toBeNull();
  });

  test.each([
    ['is away', (proxy: TcpProxy) => proxy.cut()],
    ['hangs', async (proxy: TcpProxy) => proxy.stall()],
  ])('comes from its record while the cache %s (DESIGN 13)', async (_how, fail) => {
    const [player, sessionId] = [own('player'), own('s')];
    await open(player, 's');
    const proxy = await openProxy(inject('stackEnv')['CACHE_REDIS_URL'] ?? '');
    const redis = openCacheRedis(`redis://127.0.0.1:${proxy.port}`, () => undefined);
    onTestFinished(() => redis.disconnect());
    await once(redis, 'ready');
    let lost = 0;
    const cache = openSessionCache(redis, () => lost++);
    await fail(proxy);

    const outcome = await perform(readSessions({ ...fleet.stores, cache }), [{ sessionId }]);

    expect(outcome).toMatchObject({ result: { player_id: player, status: 'ACTIVE', rating: '1500' } });
    expect(lost).toBeGreaterThan(0);
  });

  test('is over by the cache as well, as soon as that answers again, though it was away at the end', async () => {
    await open('ann', 's');
    const proxy = await openProxy(inject('stackEnv')['CACHE_REDIS_URL'] ?? '');
    const redis = openCacheRedis(`redis://127.0.0.1:${proxy.port}`, () => undefined);
    onTestFinished(() => redis.disconnect());
    await once(redis, 'ready');
    const cache = openSessionCache(redis, () => undefined);
    await proxy.cut();
    await perform(endSessions({ ...fleet.stores, cache }), [
      { sessionId: own('s'), playerId: 'ann', left: '' },
    ]);
    expect((await cached('s'))['status']).toBe('ACTIVE');
    await proxy.mend();

    await vi.waitFor(async () => {
      await cache.session(own('another'));
      expect((await cached('s'))['status']).toBe('ENDED');
    }, 10_000);
  });

  test('has EXPIRED though the worker that expired it died before it told the cache', async () => {
    await open('ann', 's');
    await age('s');
    const { cache, ...rest } = fleet.stores;
    const dying = { ...cache, putSessions: () => Promise.reject(new Error('the worker died')) };
    const job = expireOldSessions({ ...rest, cache: dying, onRefused: () => undefined });
    await expect(perform(job, [{}])).rejects.toThrow();
    expect((await cached('s'))['status']).toBe('ACTIVE');

    expect(await read('s')).toMatchObject({ status: 'EXPIRED' });

    expect((await cached('s'))['status']).toBe('EXPIRED');
  });
});

describe('a session in which nothing happened for a day', () => {
  test('expires, and is forgotten like an ended one; a younger one does not', async () => {
    await open('ann', 'old');
    await open('bob', 'young');
    await age('old');

    expect(await expire()).toMatchObject({ result: { expired: 1 } });

    expect(await stored('old')).toMatchObject({ status: 'EXPIRED', forget_at: expect.any(Date) });
    expect((await cached('old'))['status']).toBe('EXPIRED');
    expect(await stored('young')).toMatchObject({ status: 'ACTIVE' });
  });

  test('goes on for another while its player plays, or has a ticket', async () => {
    for (const name of ['ann', 'bob', 'eve']) await open(name, name);
    await steps.decide((name) => name);
    await steps.start((name) => name, ['eve']);
    for (const name of ['ann', 'bob', 'eve']) await age(name);

    expect(await expire()).toMatchObject({ result: { expired: 0 } });

    for (const name of ['ann', 'bob', 'eve']) {
      const session = await stored(name);
      expect(session?.status).toBe('ACTIVE');
      expect(session?.timestamp.getTime()).toBeGreaterThan(Date.now() - 60_000);
      expect(await cached(name)).toMatchObject({ timestamp: String(session?.timestamp.getTime()) });
    }
  });
});

describe('a worker whose clock is a day', () => {
  test('ahead expires nobody, and disbelieves no session that is cached', async () => {
    await open('ann', 's');
    clockOff(dayMs + 60_000);

    expect(await expire()).toMatchObject({ result: { expired: 0 } });
    const { sessions: _none, ...rest } = fleet.stores;
    const withoutRecord = readSessions(rest as typeof fleet.stores);

    expect(await perform(withoutRecord, [{ sessionId: own('s') }])).toMatchObject({
      result: { status: 'ACTIVE' },
    });
  });

  test.each([
    ['ahead', dayMs],
    ['behind', -dayMs],
  ])(
    '%s creates and ends sessions at the time of the store, and measures by its clock alone',
    async (_how, off) => {
      const requestedAt = (await fleet.stores.pool.redisTime()) - 50;
      const latencies: number[] = [];
      clockOff(off);
      const create = createSessions({ ...fleet.stores, onCreated: (ms) => latencies.push(ms) });
      await perform(create, [{ sessionId: own('s'), playerId: 'ann', requestedAt }]);
      await perform(endSessions(fleet.stores), [{ sessionId: own('s'), playerId: 'ann', left: '' }]);
      vi.useRealTimers();

      const session = await stored('s');
      const minutes = [session?.created_at, session?.timestamp].map((it) =>
        Math.round(((it?.getTime() ?? 0) - requestedAt) / 60_000),
      );
      expect(minutes).toEqual([0, 0]);
      expect(latencies).toEqual([expect.any(Number)]);
      expect(latencies[0]).toBeGreaterThanOrEqual(50);
      expect(latencies[0]).toBeLessThan(60_000);
    },
  );
});
