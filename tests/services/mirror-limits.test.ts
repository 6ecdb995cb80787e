import { expect, onTestFinished, test } from 'vitest';
import { limits } from '../../jobs/ticket/limits.ts';
import { formMatchesOfPool, type MirrorLimits } from '../../workers/matchmaking/form-matches.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { aConfiguration, aPlayer, aTicket } from '../support/builders.ts';
import { cycleStores } from '../support/cycle-stores.ts';
import { perform } from '../support/fleet-stores.ts';
import { openPoolSteps } from '../support/pool-steps.ts';
import { poolWith } from '../support/pool-with.ts';

/**
 * A worker within limits, configurations in each of which one ticket waits, and the pools the worker had to
 * read.
 */
async function openWorker(mirrorLimits: MirrorLimits) {
  const domain = await openPoolSteps();
  onTestFinished(() => domain[Symbol.asyncDispose]());
  const read: string[] = [];
  const pool = poolWith(domain.pool, {
    mirror: {
      readPool: (name, after, most) => {
        read.push(name);
        return domain.pool.mirror.readPool(name, after, most);
      },
    },
  });
  const handle = formMatchesOfPool(cycleStores(pool), mirrorLimits);
  return {
    ...domain,
    /** A ticket of one player who brings so many bytes. */
    async wait(configuration: string, bytes = 0) {
      const installed = aConfiguration();
      const generous = limits.parse({ stringLength: 1_000, stringsPerList: 1_000 });
      await pool.settings.install({
        ...installed,
        configuration: { ...installed.configuration, name: configuration, limits: generous },
      });
      const players = [aPlayer(`player-of-${configuration}`)];
      const note = { SL: Array.from({ length: bytes / 1_000 }, () => 'x'.repeat(1_000)) };
      const noted = players.map((it) => ({
        ...it,
        attributes: { ...it.attributes, ...(bytes > 0 && { note }) },
      }));
      const ticket = { ...aTicket(`in-${configuration}`), configuration, pool: configuration };
      await domain.start({ ...ticket, players: noted });
    },
    /** Cycles the pools in this order. Returns those it did not have in memory. */
    async cycle(...pools: string[]): Promise<string[]> {
      read.length = 0;
      for (const name of pools) await perform(handle, [{ pool: name }]);
      return [...read];
    },
  };
}

test('a worker keeps the mirrors it used last, and lets go of the one it used longest ago', async () => {
  const { wait, cycle } = await openWorker({ mostBytes: 2 ** 20, mostMirrors: 2 });
  for (const name of ['one', 'two', 'three']) await wait(name);

  expect(await cycle('one', 'two', 'one', 'three')).toEqual(['one', 'two', 'three']);
  expect(await cycle('three', 'one')).toEqual([]);
  expect(await cycle('two')).toEqual(['two']);
  expect(await cycle('one', 'three')).toEqual(['three']);
});

test('mirrors are bounded by their bytes: one of large tickets takes the room of many, and the last one used stays', async () => {
  const { wait, cycle } = await openWorker({ mostBytes: 100_000, mostMirrors: 100 });
  for (const name of ['one', 'two']) await wait(name);
  await wait('heavy', 60_000);
  await wait('half', 40_000);

  expect(await cycle('one', 'two', 'one', 'half', 'one', 'two', 'half')).toEqual(['one', 'two', 'half']);
  expect(await cycle('heavy', 'heavy')).toEqual(['heavy']);
  expect(await cycle('one', 'two')).toEqual(['one', 'two']);
  expect(await cycle('one', 'two')).toEqual([]);
});

test('a mirror weighs what is in it: nothing once its tickets have left', async () => {
  const { wait, pool, inPool } = await openWorker({ mostBytes: 1, mostMirrors: 1 });
  await wait('duel', 5_000);
  const mirror = openMirror(pool, 'duel');
  await mirror.catchUp();
  expect(mirror.bytes).toBeGreaterThan(10_000);
  expect(await inPool()).toHaveLength(1);

  await pool.tickets.stop('in-duel');
  await mirror.catchUp();

  expect(mirror.bytes).toBe(0);
});
