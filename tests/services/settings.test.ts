import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { installAll, storeConfiguration, storeRuleSet } from '../../workers/maintenance/settings.ts';
import { aConfiguration, duelRuleSet } from '../support/builders.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const putRuleSet = (body = duelRuleSet, name = 'duel') =>
  perform(storeRuleSet(fleet.stores), [{ name, body }]);
const putConfiguration = (more = {}) =>
  perform(storeConfiguration(fleet.stores), [{ ...aConfiguration().configuration, ...more }]);
const relaxed = duelRuleSet.replace('"maxDistance":10', '"maxDistance":99');

describe('rule sets', () => {
  test('each new body is a new version; the same body again is the same version', async () => {
    expect(await putRuleSet()).toMatchObject({ kind: 'done', result: { version: 1 } });
    expect(await putRuleSet()).toMatchObject({ result: { version: 1 } });
    expect(await putRuleSet(relaxed)).toMatchObject({ result: { version: 2 } });
  });

  test('many workers storing the same body at once store one version', async () => {
    await Promise.all(Array.from({ length: 6 }, () => putRuleSet()));

    expect(await fleet.db.collection('rule_sets').countDocuments()).toBe(1);
  });

  test('a body that is no rule set is refused with every problem', async () => {
    expect(await putRuleSet('{"ruleLanguageVersion":"2.0"}')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('teams'),
    });
  });

  test('a new version reaches every configuration that names the rule set, and no other', async () => {
    await putRuleSet();
    await putRuleSet(relaxed, 'other');
    await putConfiguration();
    await putConfiguration({ name: 'elsewhere', ruleSetName: 'other' });

    await putRuleSet(relaxed);

    expect(await fleet.stores.pool.installed('duel')).toMatchObject({
      version: 2,
      ruleSet: { version: 2, body: relaxed },
    });
    expect(await fleet.stores.pool.installed('elsewhere')).toMatchObject({ version: 1 });
  });
});

describe('configurations', () => {
  test('one whose rule set does not exist is refused by name', async () => {
    expect(await putConfiguration()).toMatchObject({
      kind: 'refused',
      reason: 'ruleSetName: there is no rule set duel; put it first',
    });
  });

  test('each change is a new version, in the record and in Redis; the same again is none', async () => {
    await putRuleSet();

    expect(await putConfiguration()).toMatchObject({ result: { version: 1 } });
    expect(await putConfiguration()).toMatchObject({ result: { version: 1 } });
    expect(await putConfiguration({ requestTimeoutSeconds: 90 })).toMatchObject({ result: { version: 2 } });
    expect(await fleet.stores.pool.installed('duel')).toMatchObject({
      version: 2,
      configuration: { requestTimeoutSeconds: 90 },
    });
  });

  test('a queue Redis that is new gets its copies again from the record', async () => {
    await putRuleSet();
    await putConfiguration();
    await fleet.redis.del(`{${fleet.domain}.matchmaking}:configuration:duel`);

    await installAll(fleet.stores, undefined);

    expect(await fleet.stores.pool.installed('duel')).toMatchObject({ version: 1 });
  });
});
