import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openCliHere } from '../support/cli.ts';
import { type Fleet, openFleet, soloist } from '../support/fleet.ts';

/** One fleet with one worker for all tests; each has a rule set of its own. */
let fleet: Fleet;
beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const eventually = { timeout: 30_000, interval: 50 };
/** Players up to 99 apart, where duelRuleSet allows 10. */
const relaxed = duelRuleSet.replace('"maxDistance":10', '"maxDistance":99');

test('one command takes a rule set back: who waits keeps their age and is matched by it (invariant 6)', async () => {
  await fleet.install('back', relaxed);
  await fleet.client.putRuleSet({ name: 'back', body: duelRuleSet });
  const started = await fleet.client.startMatchmakingAll([
    soloist('back', fleet.own('ann'), 10),
    soloist('back', fleet.own('bob'), 60),
  ]);
  const tickets = started.map((it) => (it.status === 'fulfilled' ? it.value.ticketId : ''));
  const states = () => Promise.all(tickets.map((ticketId) => fleet.ticket(ticketId)));
  await vi.waitFor(async () => {
    for (const ticket of await states()) expect(ticket?.status).toBe('SEARCHING');
  }, eventually);
  const waiting = (await states()).map((ticket) => ticket?.startTime);

  const { code, out } = await openCliHere(fleet.domain, '.')('rule-set', 'rollback', 'back', '--json');

  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ name: 'back', from: 2, to: 1, version: 3 });
  await vi.waitFor(async () => {
    for (const ticket of await states()) expect(ticket?.status).toBe('COMPLETED');
  }, eventually);
  expect((await states()).map((ticket) => ticket?.startTime)).toEqual(waiting);
  const [match] = await fleet.db.collection('matches').find({ configuration: 'back' }).toArray();
  expect(match).toMatchObject({ rule_set: { name: 'back', version: 3 } });
}, 90_000);

test('going back once more never returns to what was left; by version, it changes nothing', async () => {
  await fleet.client.putRuleSet({ name: 'again', body: relaxed });
  await fleet.client.putRuleSet({ name: 'again', body: duelRuleSet });
  const back = () => fleet.client.rollbackRuleSet({ name: 'again' });

  expect(await back()).toEqual({ name: 'again', from: 2, to: 1, version: 3 });
  await expect(back()).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('its versions are 3, 2, 1'),
  });
  expect(await fleet.client.rollbackRuleSet({ name: 'again', to: 2 })).toMatchObject({ version: 4 });
  expect(await fleet.client.rollbackRuleSet({ name: 'again', to: 2 })).toMatchObject({ version: 4 });
}, 60_000);

test('a version or a rule set that is not there is refused, saying what there is', async () => {
  await fleet.client.putRuleSet({ name: 'one', body: duelRuleSet });

  await expect(fleet.client.rollbackRuleSet({ name: 'one', to: 7 })).rejects.toMatchObject({
    code: 'not-found',
    message: 'to: rule set one has no version 7; its versions are 1',
  });
  await expect(fleet.client.rollbackRuleSet({ name: 'none' })).rejects.toMatchObject({
    code: 'not-found',
    message: 'name: there is no rule set none',
  });
  await expect(fleet.client.rollbackRuleSet({ name: 'one', to: 0 })).rejects.toMatchObject({
    code: 'invalid-request',
  });
}, 60_000);

test("a configuration goes back to its earlier settings, on its rule set's latest version", async () => {
  await fleet.install('settings', duelRuleSet, 60);
  await fleet.client.putConfiguration({
    name: 'settings',
    ruleSetName: 'settings',
    requestTimeoutSeconds: 90,
  });
  await fleet.client.putRuleSet({ name: 'settings', body: relaxed });

  expect(await fleet.client.rollbackConfiguration({ name: 'settings' })).toMatchObject({ to: 1, version: 4 });
  expect(await fleet.stores.pool.settings.installed('settings')).toMatchObject({
    version: 4,
    configuration: { requestTimeoutSeconds: 60 },
    ruleSet: { version: 2 },
  });
}, 60_000);
