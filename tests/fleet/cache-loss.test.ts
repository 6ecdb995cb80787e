import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { startStack } from '../../infra/local/stack.ts';
import { duelRuleSet } from '../support/builders.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { allIsWell } from '../support/ledger.ts';
import { startTraffic } from '../support/traffic.ts';

let fleet: Fleet;
beforeEach(async () => {
  fleet = await openFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

test('losing the whole session cache again and again under load costs latency only (invariants 1 to 5, 8)', {
  timeout: 120_000,
}, async () => {
  // A cache of its own: FLUSHALL would empty that of the tests beside it.
  await using stack = await startStack({
    env: { ...process.env, CACHE_REDIS_URL: '' },
    parts: ['cacheRedis'],
  });
  const { CACHE_REDIS_URL = '' } = stack.env;
  await using opened = new AsyncDisposableStack();
  const cache = opened.adopt(new Redis(CACHE_REDIS_URL), (it) => it.disconnect());
  await fleet.startWorker({ CACHE_REDIS_URL });
  await fleet.startWorker({ CACHE_REDIS_URL });
  await fleet.install('duel', duelRuleSet);
  const traffic = startTraffic(fleet, ['duel'], 10);

  let lost = 0;
  for (let loss = 0; loss < 20; loss++) {
    await pause(150);
    lost += await cache.dbsize();
    await cache.flushall();
  }
  await traffic.stop();

  expect(lost).toBeGreaterThan(0);
  expect(traffic.diary.reported.size).toBeGreaterThan(10);
  await allIsWell(fleet, traffic.diary);

  await cache.flushall();
  const [sessionId = '', playerId = ''] = [...traffic.diary.sessions][0] ?? [];
  const [record] = await fleet.stores.sessions.find([sessionId]);
  const player = (await fleet.stores.players.find([playerId])).get(playerId);
  expect(await fleet.client.describeSession(sessionId)).toMatchObject({
    player_id: playerId,
    rating: String(player?.profile.current_rating),
    timestamp: String(record?.timestamp.getTime()),
  });
  expect(await cache.exists(`sessions:${sessionId}`)).toBe(1);
});
