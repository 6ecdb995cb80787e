import { randomUUID } from 'node:crypto';
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

/** Nobody applies commands from here on. */
const stop = async () => {
  worker.send('SIGTERM');
  await worker.ended;
};
/** A configuration is refused while its rule set is not there. */
const put = (name: string, requestTimeoutSeconds: number, options = {}) =>
  fleet.client.putConfiguration({ name, ruleSetName: name, requestTimeoutSeconds }, options);
const settingsOf = async (name: string) =>
  (await fleet.client.listConfigurations())
    .filter(({ configuration }) => configuration.name === name)
    .map(({ version, configuration }) => [version, configuration.requestTimeoutSeconds]);

test('a command that was refused is nothing to retry: newer settings stand (invariant 11)', async () => {
  await expect(put('told', 10)).rejects.toMatchObject({ code: 'refused' });
  await fleet.client.putRuleSet({ name: 'told', body: duelRuleSet });
  await put('told', 20);

  const { code, out } = await cli('queue', 'retry', 'maintenance', '--json');

  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, retried: [] });
  expect(await fleet.queues.maintenance.getFailed()).toEqual([]);
  expect(await settingsOf('told')).toEqual([[1, 20]]);
  expect(worker.log()).not.toContainEqual(expect.objectContaining({ msg: 'job failed' }));
});

test('a command that is given again by its id gets its first answer, also a refusal', async () => {
  await expect(put('again', 10, { commandId: 'first' })).rejects.toMatchObject({ code: 'refused' });
  await fleet.client.putRuleSet({ name: 'again', body: duelRuleSet });
  await expect(put('again', 10, { commandId: 'first' })).rejects.toMatchObject({ code: 'refused' });
  expect(await put('again', 10, { commandId: 'second' })).toEqual({ version: 1 });
  await put('again', 20);

  expect(await put('again', 10, { commandId: 'second' })).toEqual({ version: 1 });
  expect(await settingsOf('again')).toEqual([[2, 20]]);
});

test('a command whose caller stops waiting is withdrawn, and never applied', async () => {
  await fleet.client.putRuleSet({ name: 'given-up', body: duelRuleSet });
  await put('given-up', 10);
  const [giveUp, commandId] = [new AbortController(), randomUUID()];
  await stop();
  const given = put('given-up', 20, { commandId, signal: giveUp.signal });
  const refused = expect(given).rejects.toThrow('I have no time');
  await vi.waitFor(async () =>
    expect(await fleet.redis.get(fleet.key(`command:${commandId}`))).toBe('waiting'),
  );
  giveUp.abort(new Error('I have no time'));
  await refused;

  worker = await fleet.startWorker();
  await put('given-up', 30);

  expect(await settingsOf('given-up')).toEqual([[2, 30]]);
  expect(await fleet.client.listAudit({ target: 'given-up' })).toMatchObject([
    { verdict: 'done', version: 2 },
    { verdict: 'withdrawn', commandId },
    { verdict: 'done', version: 1 },
    { kind: 'put-rule-set' },
  ]);
});

test('a caller who stops waiting while a worker applies the command is told that it is pending', async () => {
  const [giveUp, commandId] = [new AbortController(), randomUUID()];
  await stop();
  const given = put('given-up', 40, { commandId, signal: giveUp.signal });
  const refused = expect(given).rejects.toMatchObject({
    code: 'pending',
    outcome: 'unknown',
    message: expect.stringContaining(`command ${commandId}`),
  });
  await vi.waitFor(async () =>
    expect(await fleet.redis.get(fleet.key(`command:${commandId}`))).toBe('waiting'),
  );
  await fleet.stores.pool.commands.beginCommand(commandId);
  giveUp.abort(new Error('I have no time'));
  await refused;

  worker = await fleet.startWorker();
  expect(await put('given-up', 40, { commandId })).toEqual({ version: 3 });
});

test('the audit says who asked, why, and what was decided: through the client and at the command line', async () => {
  const keyOf = async (name: string): Promise<string> =>
    JSON.parse((await cli('key', 'create', name, '--may', 'operate', '--json')).out).key;
  const operatorKey = await keyOf('ann');
  await fleet.client.putRuleSet({ name: 'told', body: duelRuleSet }, { operatorKey, reason: 'a new season' });
  await fleet.client.pauseConfiguration('told', { operatorKey, reason: 'maintenance' });
  const { code } = await cli(
    'configuration',
    'resume',
    'told',
    '--operator-key',
    await keyOf('bob'),
    '--reason',
    'all is well',
  );
  expect(code).toBe(0);

  const byAnn = await fleet.client.listAudit({ operator: 'ann' });
  expect(byAnn).toMatchObject([
    { kind: 'pause-configuration', target: 'told', reason: 'maintenance', verdict: 'done' },
    { kind: 'put-rule-set', target: 'told', reason: 'a new season', verdict: 'done', version: 1 },
  ]);
  const { out } = await cli('audit', 'list', '--target', 'told', '--operator', 'bob', '--json');
  expect(JSON.parse(out)).toMatchObject([
    { kind: 'resume-configuration', target: 'told', operator: 'bob', reason: 'all is well' },
  ]);
  const since = byAnn[0]?.decidedAt ?? '';
  const later = await cli('audit', 'list', '--target', 'told', '--since', since);
  expect(later.out).toMatch(/resume-configuration/);
  expect(later.out).not.toMatch(/put-configuration/);
});
