import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { aConfiguration, aTicket, duelRuleSet } from '../support/builders.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { openOffice } from '../support/office.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let office: ReturnType<typeof openOffice>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  office = openOffice(fleet);
});

const putRuleSet = (body = duelRuleSet, name = 'duel') => office.give('put-rule-set', { name, body });
const putConfiguration = (more = {}) =>
  office.give('put-configuration', { ...aConfiguration().configuration, ...more });
const version = (n: number) => ({ kind: 'done', result: { version: n } });
const relaxed = duelRuleSet.replace('"maxDistance":10', '"maxDistance":99');
const byMode = JSON.stringify({
  ...JSON.parse(duelRuleSet),
  playerAttributes: [{ name: 'mode', type: 'string', default: 'casual' }],
  rules: [{ name: 'SameMode', type: 'batchDistance', batchAttribute: 'mode' }],
});

describe('rule sets', () => {
  test('each new body is a new version; the same body again is the same version', async () => {
    expect(await putRuleSet()).toMatchObject(version(1));
    expect(await putRuleSet()).toMatchObject(version(1));
    expect(await putRuleSet(relaxed)).toMatchObject(version(2));
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

    await putRuleSet(byMode);

    expect(await fleet.stores.pool.settings.installed('duel')).toMatchObject({
      version: 2,
      ruleSet: { version: 2, body: byMode },
      split: [{ attribute: 'mode', fallback: 'casual' }],
    });
    expect(await fleet.stores.pool.settings.installed('elsewhere')).toMatchObject({ version: 1, split: [] });
  });

  test('one that a configuration names cannot be deleted; one that none does can, and be put again', async () => {
    await putRuleSet();
    await putConfiguration();
    const remove = () => office.give('delete-rule-set', { name: 'duel' });

    expect(await remove()).toMatchObject({
      kind: 'refused',
      reason: 'name: rule set duel is used by duel; delete or change those first',
    });
    await office.give('delete-configuration', { name: 'duel' });
    expect(await remove()).toMatchObject(version(2));
    expect(await remove()).toMatchObject({ kind: 'refused', reason: 'name: there is no rule set duel' });
    expect(await putConfiguration()).toMatchObject({ kind: 'refused' });
    expect(await putRuleSet()).toMatchObject(version(3));
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

    expect(await putConfiguration()).toMatchObject(version(1));
    expect(await putConfiguration()).toMatchObject(version(1));
    expect(await putConfiguration({ requestTimeoutSeconds: 90 })).toMatchObject(version(2));
    expect(await fleet.stores.pool.settings.installed('duel')).toMatchObject({
      version: 2,
      configuration: { requestTimeoutSeconds: 90 },
    });
  });

  test('one that contradicts its rule set is refused, whichever of both is put last (invariant 11)', async () => {
    const expands = (target: string) => ({
      backfillExpansions: [{ target, steps: [{ waitTimeSeconds: 5, value: 1 }] }],
    });
    await putRuleSet();

    expect(await putConfiguration(expands('teams[blue].minPlayers'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('blue'),
    });
    expect(await putConfiguration(expands('teams[side].minPlayers'))).toMatchObject(version(1));
    expect(await putRuleSet(duelRuleSet.replaceAll('"side"', '"half"'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^configuration duel does not fit it:\n/),
    });
    expect(await fleet.stores.pool.settings.installed('duel')).toMatchObject({
      version: 1,
      ruleSet: { version: 1 },
    });
  });

  test('one that is deleted is in force nowhere, and put again has a version of its own', async () => {
    await putRuleSet();
    await putConfiguration();
    await office.give('pause-configuration', { name: 'duel' });

    expect(await office.give('delete-configuration', { name: 'duel' })).toMatchObject(version(2));
    expect(await fleet.stores.pool.settings.installed('duel')).toBeUndefined();
    expect(await fleet.stores.configurations.all()).toEqual([]);

    expect(await putConfiguration()).toMatchObject(version(3));
    expect(await fleet.stores.pool.settings.installed('duel')).toMatchObject({ version: 3 });
    expect(await fleet.stores.audit.paused()).toEqual(new Map());
  });

  test('one in which a ticket searches is not deleted', async () => {
    await putRuleSet();
    await putConfiguration();
    await fleet.producerTickets.start([aTicket('waits')]);

    expect(await office.give('delete-configuration', { name: 'duel' })).toMatchObject({
      kind: 'refused',
      reason: 'name: tickets search in duel (1); it can be deleted when none does',
    });
    expect(await fleet.stores.pool.settings.installed('duel')).toMatchObject({ version: 1 });
  });

  test('one that does not exist is neither paused nor resumed nor deleted', async () => {
    for (const kind of ['pause-configuration', 'resume-configuration', 'delete-configuration'])
      expect(await office.give(kind, { name: 'chess' }), kind).toMatchObject({
        kind: 'refused',
        reason: 'name: there is no configuration chess',
      });
  });

  test('paused twice it is paused since the first time', async () => {
    await putRuleSet();
    await putConfiguration();
    const first = await office.give('pause-configuration', { name: 'duel' });

    expect(await office.give('pause-configuration', { name: 'duel' })).toEqual(first);
  });
});

describe('the audit', () => {
  const changesOf = async (name: string) =>
    (await fleet.stores.audit.list({ target: name, limit: 9 })).map((it) => it.changes).reverse();

  test('keeps what a command changed, field by field, and little of what is large', async () => {
    await putRuleSet();
    await putConfiguration();
    await putConfiguration({ requestTimeoutSeconds: 90, description: 'x'.repeat(900) });
    await putRuleSet(relaxed);

    const [rules, made, changed, wider] = await changesOf('duel');
    expect(rules?.fields.map((it) => [it.path, it.from])).toContainEqual(['name', undefined]);
    expect(made?.fields).toContainEqual({ path: 'requestTimeoutSeconds', to: '60' });
    expect(changed).toEqual({
      fields: [
        { path: 'requestTimeoutSeconds', from: '60', to: '90' },
        { path: 'description', to: expect.stringMatching(/^"x{198}…$/) },
      ],
      more: 0,
    });
    expect(wider?.fields).toEqual([{ path: expect.stringMatching(/maxDistance$/), from: '10', to: '99' }]);
  });

  test('forgets what is old, but for pauses in force and what the chain goes on from', async () => {
    await putRuleSet();
    await putConfiguration();
    for (const kind of ['pause', 'resume', 'pause'])
      await office.give(`${kind}-configuration`, { name: 'duel' });
    for (const kind of ['pause', 'resume']) await office.give(`${kind}-queue`, { name: 'matchmaking' });
    await putConfiguration({ requestTimeoutSeconds: 90 });

    expect(await fleet.stores.audit.dropBefore(new Date(0))).toBe(0);
    expect(await fleet.stores.audit.dropBefore(new Date(Date.now() + 60_000))).toBe(5);
    const left = (await fleet.stores.audit.list({ limit: 9 })).map((it) => it.kind).reverse();
    expect(left).toEqual(['pause-configuration', 'resume-queue', 'put-configuration']);
    expect(await putConfiguration({ requestTimeoutSeconds: 100 })).toMatchObject({ kind: 'done' });
    expect((await fleet.stores.audit.list({ limit: 9 })).map((it) => it.kind)).not.toContain('write-back');
  });
});
