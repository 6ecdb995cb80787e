import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { ratingTurnKey } from '../../jobs/keys.ts';
import { inTurn } from '../../workers/rating-update/in-turn.ts';
import { openCacheRedis } from '../../workers/redis.ts';
import { openSessionCache } from '../../workers/session-cache/session-cache.ts';

/** A session cache, and what shows who has a turn there. */
const openCache = async () => {
  const redis = openCacheRedis(inject('stackEnv')['CACHE_REDIS_URL'] ?? '', () => undefined);
  onTestFinished(() => redis.disconnect());
  await once(redis, 'ready');
  const cache = openSessionCache(redis, (error) => {
    throw error;
  });
  return {
    ...cache,
    hasTurn: async (playerId: string) => (await redis.exists(ratingTurnKey(playerId))) === 1,
  };
};
const names = () => [randomUUID(), randomUUID(), randomUUID()] as const;
/** Work that goes on until it is told to end. */
const longWork = () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { work: vi.fn(() => promise), end: resolve };
};

test('work that shares a player with other work waits until that has ended', async () => {
  const cache = await openCache();
  const [a, b, c] = names();
  const [one, other] = [longWork(), longWork()];
  const first = inTurn(cache, [a, b], one.work);
  await vi.waitFor(() => expect(one.work).toHaveBeenCalled());

  const waits = vi.spyOn(cache, 'turnEnds');
  const second = inTurn(cache, [b, c], other.work);
  await vi.waitFor(() => expect(waits).toHaveBeenCalled());
  expect(other.work).not.toHaveBeenCalled();

  one.end();
  await first;
  await vi.waitFor(() => expect(other.work).toHaveBeenCalled());
  other.end();
  await second;
  for (const player of [a, b, c]) expect(await cache.hasTurn(player)).toBe(false);
});

test('work that shares no player with other work runs beside it', async () => {
  const cache = await openCache();
  const [a, b] = names();
  const one = longWork();
  const first = inTurn(cache, [a], one.work);
  await vi.waitFor(() => expect(one.work).toHaveBeenCalled());

  expect(await inTurn(cache, [b, b], async () => 'done')).toBe('done');
  one.end();
  await first;
});

test('many that want the same players at once have them one after the other', async () => {
  const cache = await openCache();
  const [a, b, c] = names();
  let [running, most] = [0, 0];
  const work = async () => {
    most = Math.max(most, ++running);
    await cache.hasTurn(a);
    running--;
  };

  const all = [
    [a, b, c],
    [c, b, a],
    [b, c],
    [a, b, c],
    [c, b, a],
    [b, a],
  ];
  await Promise.all(all.map((players) => inTurn(cache, players, work)));

  expect(most).toBe(1);
});

test('the turn of a worker that died ends by itself (invariant 9)', async () => {
  const cache = await openCache();
  const [a] = names();
  expect(await cache.takeTurns([a])).toEqual([a]);

  expect(await inTurn(cache, [a], async () => 'done')).toBe('done');
});

test('who has waited long enough waits no more, and leaves the turn to whoever has it', async () => {
  const cache = await openCache();
  const [a, b] = names();
  await cache.takeTurns([a]);

  expect(await inTurn(cache, [a, b], async () => 'done', 0)).toBe('done');

  expect([await cache.hasTurn(a), await cache.hasTurn(b)]).toEqual([true, false]);
});

test('work that fails ends its turn, and fails', async () => {
  const cache = await openCache();
  const [a] = names();

  await expect(inTurn(cache, [a], () => Promise.reject(new Error('no')))).rejects.toThrow('no');

  expect(await cache.hasTurn(a)).toBe(false);
});

test('without a session cache nobody waits', async () => {
  const redis = openCacheRedis('redis://127.0.0.1:9', () => undefined);
  onTestFinished(() => redis.disconnect());
  const onAway = vi.fn();
  const [a] = names();

  expect(await inTurn(openSessionCache(redis, onAway), [a], async () => 'done')).toBe('done');

  expect(onAway).toHaveBeenCalled();
});
