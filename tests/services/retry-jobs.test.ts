import { Queue, Worker } from 'bullmq';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { queuePrefix } from '../../jobs/keys.ts';
import { applyWaiting } from '../../workers/maintenance/apply-commands.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { openOffice } from '../support/office.ts';

const name = 'matchmaking';
let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let office: ReturnType<typeof openOffice>;
let queue: Queue;
let taker: Worker;
beforeEach(async () => {
  fleet = await openFleetStores();
  office = openOffice(fleet);
  const options = {
    connection: fleet.redis,
    prefix: queuePrefix(fleet.domain, name),
    skipVersionCheck: true,
  };
  queue = new Queue(name, options);
  taker = new Worker(name, undefined, { ...options, autorun: false });
  onTestFinished(async () => {
    await taker.close();
    await queue.close();
    await fleet[Symbol.asyncDispose]();
  });
});

/** A worker takes the next job, and it fails. */
async function failNext(): Promise<void> {
  const job = await taker.getNextJob('token', { block: false });
  await job?.moveToFailed(new Error('DocumentDB is away'), 'token', false);
}
async function fail(...ids: readonly string[]): Promise<void> {
  for (const jobId of ids) {
    await queue.add('start-match', {}, { jobId, attempts: 1 });
    await failNext();
  }
}
const retry = (...jobs: readonly string[]) => office.give('retry-jobs', { name, jobs });

test("failed jobs are tried again by an operator's command, and the audit says by whom, why and which", async () => {
  await fail('one', 'two', 'three');

  expect(await retry('one', 'two', 'ghost')).toEqual({ kind: 'done', result: { retried: ['one', 'two'] } });

  expect((await queue.getWaiting()).map((it) => [it.id, it.attemptsMade])).toEqual(
    expect.arrayContaining([
      ['one', 0],
      ['two', 0],
    ]),
  );
  expect((await queue.getFailed()).map((it) => it.id)).toEqual(['three']);
  expect(await fleet.stores.audit.list({ target: name, limit: 9 })).toMatchObject([
    {
      ...{ kind: 'retry-jobs', operator: 'ann', reason: 'it is time', verdict: { kind: 'done' } },
      changes: { fields: [{ path: 'retried', to: '["one","two"]' }], more: 0 },
    },
  ]);
});

test('a job that nobody failed is left alone', async () => {
  await queue.add('start-match', {}, { jobId: 'waits' });

  expect(await retry('waits')).toEqual({ kind: 'done', result: { retried: [] } });
});

test('one command tries a job again once: what fails again afterwards stays failed (invariant 11)', async () => {
  await fail('one');
  const failed = await fleet.stores.failedJobs.find(name, ['one']);
  await retry('one');
  await failNext();

  // A worker that decided with the first one is late.
  await fleet.stores.failedJobs.retry(name, failed);

  expect((await queue.getFailed()).map((it) => it.id)).toEqual(['one']);
});

test('every job of a command is tried again, wherever its worker died (invariant 11)', async () => {
  let cases = 0;
  const calls = await everyDeath(async (death) => {
    const ids = ['a', 'b'].map((it) => `${it}-${++cases}`);
    await fail(...ids);
    await office.append('retry-jobs', { name, jobs: ids });
    const place = await deathOf(applyWaiting(mortal(fleet.stores, death)), death);
    await office.apply();

    const states = await Promise.all(ids.map((id) => queue.getJobState(id)));
    expect(states, `died ${death.when} ${place}`).toEqual(['waiting', 'waiting']);
    while ((await queue.getWaitingCount()) > 0) await failNext();
    return place;
  });

  expect(calls).toContain('failedJobs.retry');
});
