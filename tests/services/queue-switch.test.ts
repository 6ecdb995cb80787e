import { Queue } from 'bullmq';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { QueueName } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { applyWaiting } from '../../workers/maintenance/apply-commands.ts';
import { clear } from '../support/domain.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { openOffice } from '../support/office.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let office: ReturnType<typeof openOffice>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  office = openOffice(fleet);
});

async function isPaused(name: QueueName): Promise<boolean> {
  const prefix = queuePrefix(fleet.domain, name);
  const queue = new Queue(name, { connection: fleet.redis, prefix, skipVersionCheck: true });
  const paused = await queue.isPaused();
  await queue.close();
  return paused;
}
const give = (verb: 'pause' | 'resume', name: QueueName) => office.give(`${verb}-queue`, { name });

test("a queue is paused and resumed by operators' commands, and the audit says by whom and why", async () => {
  expect(await give('pause', 'matchmaking')).toEqual({ kind: 'done', result: {} });
  expect(await isPaused('matchmaking')).toBe(true);
  await give('resume', 'matchmaking');

  expect(await isPaused('matchmaking')).toBe(false);
  expect(await fleet.stores.audit.list({ target: 'matchmaking', limit: 9 })).toMatchObject([
    { kind: 'resume-queue', operator: 'ann', reason: 'it is time', verdict: { kind: 'done' } },
    { kind: 'pause-queue', operator: 'ann', reason: 'it is time', verdict: { kind: 'done' } },
  ]);
});

test('maintenance may pause itself: its caller has the verdict, and only it is paused', async () => {
  expect(await give('pause', 'maintenance')).toEqual({ kind: 'done', result: {} });

  expect([await isPaused('maintenance'), await isPaused('matchmaking')]).toEqual([true, false]);
});

test('a queue that is none is refused', async () => {
  expect(await office.give('pause-queue', { name: 'dance' })).toMatchObject({ kind: 'refused' });
});

test('a paused queue stays so on a new queue Redis, and a resumed one goes on (invariant 11)', async () => {
  await give('pause', 'rating-update');
  await give('pause', 'matchmaking');
  await give('resume', 'matchmaking');
  await clear(fleet.redis, fleet.domain);
  await office.apply();

  expect([await isPaused('rating-update'), await isPaused('matchmaking')]).toEqual([true, false]);
});

test('the last command holds, wherever a worker dies that applies an earlier one (invariant 11)', async () => {
  const calls = await everyDeath(async (death) => {
    await office.append('pause-queue', { name: 'matchmaking' });
    await office.append('resume-queue', { name: 'matchmaking' });
    const place = await deathOf(applyWaiting(mortal(fleet.stores, death)), death);
    await office.apply();

    expect(await isPaused('matchmaking'), `died ${death.when} ${place}`).toBe(false);
    return place;
  });

  expect(calls).toContain('queueSwitch.pauseQueue');
});
