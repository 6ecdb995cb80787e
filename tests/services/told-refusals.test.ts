import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openCli } from '../support/cli.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import type { WorkerProcess } from '../support/worker-processes.ts';

let fleet: Fleet;
let worker: WorkerProcess;
let cli: ReturnType<typeof openCli>;
beforeAll(async () => {
  fleet = await openFleet();
  worker = await fleet.startWorker({ LOG_LEVEL: 'warn' });
  cli = openCli(fleet.domain, '.');
});
afterAll(() => fleet[Symbol.asyncDispose]());

/** A configuration is refused while its rule set is not there. */
const put = (name: string, requestTimeoutSeconds: number, signal?: AbortSignal) =>
  fleet.client.putConfiguration({ name, ruleSetName: name, requestTimeoutSeconds }, signal ? { signal } : {});
const failures = () => fleet.queues.maintenance.getFailed();
const settingsOf = async (name: string) =>
  (await fleet.client.listConfigurations())
    .filter(({ configuration }) => configuration.name === name)
    .map(({ version, configuration }) => [version, configuration.requestTimeoutSeconds]);

test('a command whose caller was told "refused" is not there to be retried over newer settings (invariant 11)', async () => {
  await expect(put('told', 10)).rejects.toMatchObject({ code: 'refused' });
  await fleet.client.putRuleSet({ name: 'told', body: duelRuleSet });
  await put('told', 20);

  const { code, out } = await cli('queue', 'retry', 'maintenance', '--json');

  expect({ code, ...JSON.parse(out) }).toEqual({ code: 0, retried: [] });
  await vi.waitFor(async () =>
    expect(await fleet.queues.maintenance.getJobCounts('waiting', 'active', 'failed')).toEqual({
      waiting: 0,
      active: 0,
      failed: 0,
    }),
  );
  expect(await settingsOf('told')).toEqual([[1, 20]]);
  expect(worker.log()).not.toContainEqual(expect.objectContaining({ msg: 'job failed' }));
});

test('a refusal whose caller has given up is kept as failed, where an operator finds it', async () => {
  const giveUp = new AbortController();
  await fleet.queues.maintenance.pause();
  const given = put('untold', 10, giveUp.signal);
  await vi.waitFor(async () => expect(await fleet.queues.maintenance.getWaiting()).not.toEqual([]));

  giveUp.abort(new Error('I have no time'));
  await expect(given).rejects.toThrow('I have no time');
  await fleet.queues.maintenance.resume();

  const [kept] = await vi.waitFor(
    async () => {
      const found = await failures();
      expect(found).toHaveLength(1);
      return found;
    },
    { timeout: 15_000, interval: 50 },
  );
  expect(kept).toMatchObject({ name: 'put-configuration', failedReason: expect.stringContaining('untold') });
});
