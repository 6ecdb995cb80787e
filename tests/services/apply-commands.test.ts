import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { idNumber } from '../../jobs/chain.ts';
import { domainKeys } from '../../jobs/keys.ts';
import { settingsChain } from '../../jobs/maintenance/setting-commands.ts';
import { applyCommandsOf, applyWaiting } from '../../workers/maintenance/apply-commands.ts';
import { aConfiguration, duelRuleSet } from '../support/builders.ts';
import { clear } from '../support/domain.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { openOffice } from '../support/office.ts';
import { openRollback } from '../support/store-rollback.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let office: ReturnType<typeof openOffice>;
const { configuration } = aConfiguration();

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  office = openOffice(fleet);
  await office.give('put-rule-set', { name: 'duel', body: duelRuleSet });
  await office.give('put-configuration', configuration);
});

const setting = (requestTimeoutSeconds: number) => ({ ...configuration, requestTimeoutSeconds });
const put = (seconds: number, id?: string) => office.give('put-configuration', setting(seconds), id);
const setPaused = (verb: 'pause' | 'resume') => office.give(`${verb}-configuration`, { name: 'duel' });
const secondsInForce = async () =>
  (await fleet.stores.pool.settings.installed('duel'))?.configuration.requestTimeoutSeconds;
const isPaused = async () =>
  (await fleet.redis.hexists(domainKeys(fleet.domain).configuration('duel'), 'paused')) === 1;
const kinds = async () => (await fleet.stores.audit.list({ limit: 100 })).map((it) => it.kind).reverse();

/** DocumentDB goes back to what it is now. */
async function openRecordRollback(): Promise<() => Promise<void>> {
  const names = ['audit', 'configurations', 'rule_sets'];
  const kept = await Promise.all(names.map((name) => fleet.db.collection(name).find().toArray()));
  return async () => {
    for (const [at, name] of names.entries()) {
      await fleet.db.collection(name).deleteMany({});
      await fleet.db.collection(name).insertMany(kept[at] ?? []);
    }
  };
}

describe('a command', () => {
  test('that is sent again is applied once: its repeat gets the first answer, and undoes nothing newer (invariant 11)', async () => {
    const first = await put(90, 'mine');
    await put(120);

    expect(await put(90, 'mine')).toEqual(first);
    expect(await secondsInForce()).toBe(120);
  });

  test('is known to the record for good: appended again once Redis has forgotten it, it undoes nothing newer', async () => {
    const first = await put(90, 'mine');
    await put(120);
    await fleet.redis.del(domainKeys(fleet.domain).command('mine'));

    expect(await put(90, 'mine')).toEqual(first);
    expect(await secondsInForce()).toBe(120);
    expect(await put(150)).toMatchObject({ kind: 'done' });
  });

  test('is applied in its turn, whoever applies it and however many do (invariant 11)', async () => {
    for (let seconds = 61; seconds <= 72; seconds++) {
      await office.append('put-configuration', setting(seconds));
      await office.append(`${seconds % 2 ? 'pause' : 'resume'}-configuration`, { name: 'duel' });
    }
    await Promise.all([office.apply(), office.apply(), office.apply()]);
    await office.apply();

    expect(await secondsInForce()).toBe(72);
    expect(await isPaused()).toBe(false);
    const audit = await fleet.stores.audit.list({ limit: 100 });
    expect(audit.map((it) => it.ordinal)).toEqual(audit.map((_, at) => audit.length - at));
    // Workers in each other's way may take it that a store went back.
    expect(audit.filter((it) => it.kind !== 'write-back')).toHaveLength(2 + 24);
  });

  test('that its caller withdrew is not applied, and stays so', async () => {
    const id = await office.append('put-configuration', setting(90));
    const keys = domainKeys(fleet.domain);
    await fleet.redis.set(keys.command(id), 'withdrawn');
    await office.apply();

    expect(await secondsInForce()).toBe(60);
    expect(await office.stateOf(id)).toEqual({ kind: 'withdrawn' });
    expect(await fleet.stores.audit.find(id)).toMatchObject({ verdict: { kind: 'withdrawn' } });
  });

  test('of a worker that others have overtaken changes nothing, and keeps nobody from the verdict', async () => {
    await setPaused('pause');
    const stale = await fleet.stores.audit.last(settingsChain);
    await setPaused('resume');
    await put(90);

    const { _id: id, from, position: to, verdict } = stale ?? expect.fail('nothing was decided');
    const place = { chain: settingsChain, from, to };
    const pause = { kind: 'pause', name: 'duel', since: 1 } as const;
    expect(await fleet.stores.pool.commands.settleCommand(place, { id, verdict }, pause)).toBe(false);
    expect(await isPaused()).toBe(false);
    await fleet.stores.pool.commands.beginCommand(id);
    expect(await office.stateOf(id)).toEqual(verdict);
  });

  test('that is no command is refused and kept, and the next one is applied', async () => {
    const keys = domainKeys(fleet.domain);
    const head = (await fleet.redis.get(keys.commandsHead(settingsChain))) ?? '';
    const wrong = `${idNumber(head) + 1}-1`;
    await fleet.redis.xadd(keys.commands(settingsChain), wrong, 'p', head, 'id', 'x', 'command', '{');
    await fleet.redis.set(keys.commandsHead(settingsChain), wrong);

    expect(await put(90)).toMatchObject({ kind: 'done' });
    expect(await fleet.stores.audit.find('x')).toMatchObject({
      kind: 'unreadable',
      verdict: { kind: 'refused', reason: 'the command is not JSON' },
    });
    expect(await office.give('dance', { name: 'duel' })).toEqual({
      kind: 'refused',
      reason: 'kind: dance is no command of settings',
    });
  });
});

test('a command that breaks the code that decides is refused, and the next one is applied', async () => {
  const broken = async () => {
    throw new TypeError('it is undefined');
  };
  const id = await office.append('put-rule-set', { name: 'duel', body: duelRuleSet });
  await applyWaiting({ ...fleet.stores, ruleSets: { ...fleet.stores.ruleSets, latest: broken } });

  expect(await office.stateOf(id)).toEqual({
    kind: 'refused',
    reason: 'could not decide on it: it is undefined',
  });
  expect(await put(90)).toMatchObject({ kind: 'done' });
});

describe('a store that went back', () => {
  test('a new queue Redis gets settings, a pause and a deletion from the record', async () => {
    await office.give('put-configuration', { ...configuration, name: 'gone' });
    await office.give('delete-configuration', { name: 'gone' });
    await setPaused('pause');
    await clear(fleet.redis, fleet.domain);

    await office.apply();

    expect(await secondsInForce()).toBe(60);
    expect(await isPaused()).toBe(true);
    expect(await fleet.stores.pool.settings.installed('gone')).toBeUndefined();
    expect(await put(90)).toMatchObject({ kind: 'done', result: { version: 2 } });
  });

  test('the queue Redis: newer settings and pauses come back, then what it does not know is applied (invariant 11)', async () => {
    const back = await openRollback(fleet.redis, fleet.domain);
    await put(90);
    await setPaused('pause');
    await back();
    const lost = await office.append('put-configuration', setting(120));
    await office.apply();

    expect(await secondsInForce()).toBe(120);
    expect(await isPaused()).toBe(true);
    expect(await office.stateOf(lost)).toMatchObject({ kind: 'done', result: { version: 3 } });
    expect((await kinds()).slice(2)).toEqual([
      'put-configuration',
      'pause-configuration',
      'put-configuration',
      'write-back',
    ]);
    expect(await setPaused('resume')).toMatchObject({ kind: 'done' });
    expect((await kinds()).slice(6)).toEqual(['resume-configuration']);
  });

  test('DocumentDB: what the chain still has is applied again, and what is put next is in force at once', async () => {
    const back = await openRecordRollback();
    await put(90);
    await put(100);
    await setPaused('pause');
    await back();
    await office.apply();

    expect([await secondsInForce(), await isPaused()]).toEqual([100, true]);
    expect(await put(120)).toMatchObject({ kind: 'done' });
    expect(await secondsInForce()).toBe(120);
    const [inForce] = await fleet.stores.configurations.all();
    expect(await fleet.stores.pool.settings.installed('duel')).toEqual(inForce);
  });

  test('DocumentDB, for longer than the chain remembers: what is put next is in force at once', async () => {
    const back = await openRecordRollback();
    for (const seconds of [90, 100, 110]) await put(seconds);
    await back();
    await fleet.redis.del(domainKeys(fleet.domain).commands(settingsChain));

    expect(await put(120)).toMatchObject({ kind: 'done' });

    expect(await secondsInForce()).toBe(120);
    const [onRecord] = await fleet.stores.configurations.all();
    expect(await fleet.stores.pool.settings.installed('duel')).toEqual(onRecord);
    expect(onRecord?.version).toBeGreaterThan(4);
  });
});

/** As it was before each test, in the same domain and database. */
async function beginAgain(): Promise<void> {
  await clear(fleet.redis, fleet.domain);
  for (const name of ['audit', 'configurations', 'rule_sets']) await fleet.db.collection(name).deleteMany({});
  await office.give('put-rule-set', { name: 'duel', body: duelRuleSet });
  await office.give('put-configuration', configuration);
}

test('whatever call a worker dies at that writes the record back, the next one ends it: settings, a pause, a lost command (invariant 11)', {
  timeout: 300_000,
}, async () => {
  const calls = await everyDeath(async (death) => {
    await beginAgain();
    const back = await openRollback(fleet.redis, fleet.domain);
    await setPaused('pause');
    await back();
    const id = await office.append('put-configuration', setting(90));

    const place = await deathOf(applyWaiting(mortal(fleet.stores, death)), death);
    await office.apply();

    const where = `died ${death.when} ${place}`;
    expect([await secondsInForce(), await isPaused()], where).toEqual([90, true]);
    expect(await office.stateOf(id), where).toMatchObject({ kind: 'done', result: { version: 2 } });
    const decided = await fleet.stores.audit.list({ operator: 'ann', limit: 10 });
    expect(decided.map((it) => it.kind.split('-')[0]).reverse(), where).toEqual([
      'put',
      'put',
      'pause',
      'put',
    ]);
    return place;
  });

  expect(calls).toContain('pool.beginRestoring');
  expect(calls.length).toBeGreaterThan(30);
});

test('while DocumentDB is away nothing is applied and nothing fails (invariant 9)', async () => {
  const id = await office.append('put-configuration', setting(90));
  const unreachable = Object.assign(new Error('away'), { code: 'EPIPE' });
  const stores = {
    ...fleet.stores,
    audit: { ...fleet.stores.audit, last: () => Promise.reject(unreachable) },
  };

  expect(await perform(applyCommandsOf(stores), [{}])).toMatchObject({
    kind: 'done',
    result: { applied: 0 },
  });
  expect(await office.stateOf(id)).toBe('waiting');
  await office.apply();
  expect(await office.stateOf(id)).toMatchObject({ kind: 'done' });
});
