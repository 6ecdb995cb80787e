import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { defaultSettings, type LadderSettings } from '../../jobs/ladder/ladder.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { ask, command, openRater } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const item = (more: Partial<LadderSettings> = {}) => ({
  name: 'spare',
  settings: { ...defaultSettings, ...more },
});
/** What the audit says that the ladder's commands changed, the newest first. */
const changes = async () =>
  (await fleet.stores.audit.list({ target: 'spare', limit: 9 })).map((it) => it.changes?.fields);
const advantage = [{ path: 'sideAdvantage', from: '0', to: '30' }];

test('the audit says field by field what a command changed of the settings of a ladder', async () => {
  await command(fleet.stores, 'put-ladder', item({ sideAdvantage: 30 }));
  await command(fleet.stores, 'put-ladder', item({ sideAdvantage: 30, typicalMargin: 5 }));
  await command(fleet.stores, 'put-ladder', item({ sideAdvantage: 30, typicalMargin: 5 }));
  await command(fleet.stores, 'start-season', { ladder: 'spare', season: 1 });

  expect(await changes()).toEqual([undefined, [], [{ path: 'typicalMargin', to: '5' }], advantage]);
});

test('of a ladder that was deleted it has what its settings were', async () => {
  await command(fleet.stores, 'put-ladder', item({ sideAdvantage: 30 }));
  await command(fleet.stores, 'delete-ladder', { name: 'spare' });

  expect((await changes())[0]).toContainEqual({ path: 'sideAdvantage', from: '30' });
});

test('it says so too where the rater died before the audit had it (invariant 9)', async () => {
  const { stores } = fleet;
  await ask(stores, 'put-ladder', item({ sideAdvantage: 30 }), 'asked');
  const before = { ...stores.audit, note: () => Promise.reject(new Error('died here')) };

  await expect(openRater({ ...stores, audit: before }).rateOnce('spare')).rejects.toThrow('died here');
  await openRater(stores).rateOnce('spare');

  expect(await changes()).toEqual([advantage]);
});
