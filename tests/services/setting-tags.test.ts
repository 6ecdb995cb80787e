import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { duelRuleSet } from '../support/builders.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { openOffice } from '../support/office.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let office: ReturnType<typeof openOffice>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  office = openOffice(fleet);
  await office.give('put-rule-set', { name: 'duel', body: duelRuleSet });
});

interface Wanted {
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
  readonly name?: string;
}
const tag = ({ set = {}, remove = [], name = 'duel' }: Wanted) =>
  office.give('tag-setting', {
    ...{ name, kind: 'rule-set', remove },
    set: Object.entries(set).map(([key, value]) => ({ key, value })),
  });
const since = async () => (await fleet.stores.settings.createdAt('rule-set', 'duel'))!.getTime();
const tags = async () => fleet.stores.settingTags.of('rule-set', 'duel', await since());

test("tags are an operator's command, and the audit says what changed", async () => {
  await tag({ set: { stage: 'test', team: 'core' } });
  expect(await tag({ set: { stage: 'live', a: '' }, remove: ['team'] })).toEqual({
    kind: 'done',
    result: {},
  });

  expect(await tags()).toEqual([
    { key: 'a', value: '' },
    { key: 'stage', value: 'live' },
  ]);
  const [last] = await fleet.stores.audit.list({ target: 'duel', limit: 1 });
  expect(last).toMatchObject({ kind: 'tag-setting', operator: 'ann', reason: 'it is time' });
  expect(last?.changes?.fields.map((it) => it.path)).toEqual(
    expect.arrayContaining(['tags[stage].value', 'tags[team]', 'tags[a]']),
  );
});

test('tags of what is not there, and more than fifty, are refused and change nothing', async () => {
  const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`t${n}`, '']));

  expect(await tag({ name: 'ghost', set: { a: 'b' } })).toEqual({
    kind: 'refused',
    reason: 'name: there is no rule set ghost',
  });
  expect(await tag({ set: many })).toEqual({
    kind: 'refused',
    reason: 'set: rule set duel would have 51 tags; 50 is the most',
  });
  expect(await tags()).toEqual([]);
});

test('the last command holds, however late an earlier one is carried out again (invariant 11)', async () => {
  await tag({ set: { stage: 'test' } });
  await tag({ remove: ['stage'] });

  const late = { name: 'duel', since: await since(), tags: [{ key: 'stage', value: 'test' }] };
  await fleet.stores.settingTags.put('rule-set', late, 2);

  expect(await tags()).toEqual([]);
});

test('tags go with what they are of: put again after it was deleted, it has none', async () => {
  await tag({ set: { stage: 'test' } });
  await office.give('delete-rule-set', { name: 'duel' });
  await office.give('put-rule-set', { name: 'duel', body: duelRuleSet });

  expect(await tags()).toEqual([]);
});
