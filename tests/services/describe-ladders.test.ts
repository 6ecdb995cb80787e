import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import type { DescribedLadder } from '../../jobs/maintenance/describe-ladders.ts';
import { describeAllLadders } from '../../workers/maintenance/describe-ladders.ts';
import { aConfiguration } from '../support/builders.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { command, play, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

async function described(): Promise<readonly DescribedLadder[]> {
  const outcome = await perform(describeAllLadders(fleet.stores), [{}]);
  return (outcome as { result?: unknown }).result as readonly DescribedLadder[];
}
const asNew = { season: 0, settings: defaultSettings, usedBy: [], stored: false, waiting: 0 };

test('a fleet on which nothing was rated has the default ladder', async () => {
  expect(await described()).toEqual([{ name: 'default', ...asNew }]);
});

test('ladders are those on record, those that configurations name, and those on which results wait; with how many', async () => {
  const { stores } = fleet;
  const settings = { ...defaultSettings, sideAdvantage: 30 };
  for (const name of ['set', 'gone']) await command(stores, 'put-ladder', { name, settings });
  await command(stores, 'delete-ladder', { name: 'gone' });
  const installed = aConfiguration();
  await stores.configurations.store([
    {
      ...{ name: 'duel', version: 1, created_at: new Date() },
      installed: { ...installed, configuration: { ...installed.configuration, ladder: 'used' } },
    },
  ]);
  await play(stores, 'late', [
    { matchId: 'm', red: 'a', blue: 'b', at: 1_000 },
    { matchId: 'n', red: 'a', blue: 'b', at: 2_000 },
  ]);
  for (const matchId of ['m', 'n'])
    await stores.pool.matches.report([{ matchId, result: wins('red', matchId), ladder: 'late' }]);

  expect(await described()).toEqual([
    { name: 'default', ...asNew },
    { name: 'late', ...asNew, waiting: 2 },
    { name: 'set', ...asNew, settings, stored: true },
    { name: 'used', ...asNew, usedBy: ['duel'] },
  ]);
});
