import { expect, onTestFinished, test } from 'vitest';
import { runCycle } from '../../workers/matchmaking/cycle.ts';
import { formMatchesOfPool } from '../../workers/matchmaking/form-matches.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { perform } from '../support/fleet-stores.ts';
import { openPoolSteps } from '../support/pool-steps.ts';
import { poolWith } from '../support/pool-with.ts';

/**
 * The pool `duel` under these settings, and as many workers as are asked for, each with a mirror of its own.
 */
async function openCadence(settings: object, maxPlayers = 1) {
  const domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
  const { configuration, ruleSet, split } = aConfiguration();
  const body = ruleSet.body.replace('"maxPlayers":1', `"maxPlayers":${maxPlayers}`);
  await domain.pool.settings.install({
    configuration: { ...configuration, ...settings },
    version: 2,
    ruleSet: { ...ruleSet, body },
    split,
  });
  const stores = cycleStores(domain.pool);
  return {
    ...domain,
    stores,
    worker: () => {
      const mirror = openMirror(domain.pool, 'duel');
      return () => runCycle(mirror, stores);
    },
    /** When (ms) time alone wakes the pool next. */
    due: async () => Number(await domain.redis.zscore(domain.key('due'), 'duel')),
  };
}

test('cycles of a pool begin a minimum interval apart, whichever workers run them', async () => {
  const { worker, search, inPool, due, redis, key } = await openCadence({ minimumIntervalSeconds: 60 });
  const [one, other] = [worker(), worker()];
  await search('a', 'b');
  await one();
  expect(await inPool()).toEqual([]);
  await search('c', 'd');

  expect([await one(), await other()]).toEqual([false, false]);

  expect(await inPool()).toHaveLength(2);
  const began = Number(await redis.get(key('cycle:duel')));
  expect(await due()).toBe(began + 60_000);
  await redis.set(key('cycle:duel'), began - 60_000);
  await other();
  expect(await inPool()).toEqual([]);
});

test('a hot pool is not cycled faster than its interval allows', async () => {
  const { stores, search, inPool } = await openCadence({ minimumIntervalSeconds: 60 });
  await search('a', 'b');

  const outcome = await perform(formMatchesOfPool(stores), [{ pool: 'duel' }]);

  expect(outcome).toMatchObject({ kind: 'done', result: { cycles: 2 } });
  expect(await inPool()).toEqual([]);
});

test('a pool that keeps changing stays with its job for seconds; then the job yields to other pools', async () => {
  const { stores, search, pool } = await openCadence({});
  let n = 0;
  const busy = poolWith(pool, {
    mirror: {
      catchUp: async (...which) => {
        await search(`red-${++n}`, `blue-${n}`);
        return pool.mirror.catchUp(...which);
      },
    },
  });
  const began = performance.now();

  const outcome = await perform(formMatchesOfPool({ ...stores, pool: busy }), [{ pool: 'duel' }]);

  expect(outcome).toMatchObject({ kind: 'done' });
  expect(n, 'times it caught up').toBeGreaterThan(10);
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(4_900);
  expect(tookMs).toBeLessThan(8_000);
});

test('tickets time out in time while their pool waits for its interval', async () => {
  const { worker, search, start, statusOf } = await openCadence({ minimumIntervalSeconds: 60 });
  const cycle = worker();
  await search('a', 'b');
  await cycle();
  await search('c');
  await start({ ...aTicket('brief'), version: 2, timeoutMs: 0 });

  await cycle();

  expect([await statusOf('brief'), await statusOf('c')]).toEqual(['TIMED_OUT', 'SEARCHING']);
});

test('an interval of 0, the default, leaves no trace', async () => {
  const { worker, search, redis, key } = await openCadence({});
  await search('a', 'b');

  await worker()();

  expect(await redis.exists(key('cycle:duel'))).toBe(0);
});

test('a match below its maximum is held until its oldest ticket has waited, and the pool is due then', async () => {
  const { worker, search, inPool, due } = await openCadence({ minimumHoldSeconds: 30 }, 2);
  const cycle = worker();
  const [oldest] = await search('a', 'b', 'c');

  await cycle();

  expect(await inPool()).toHaveLength(3);
  expect(await due()).toBe((oldest?.since ?? 0) + 30_000);
  await search('d');
  await cycle();
  expect(await inPool()).toEqual([]);
});
