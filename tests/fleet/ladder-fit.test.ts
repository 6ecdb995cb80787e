import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openCliHere } from '../support/cli.ts';
import { type Fleet, openFleet } from '../support/fleet.ts';
import { gamesCsv } from '../support/games-csv.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fleet: Fleet;
let folder: string;
let cli: ReturnType<typeof openCliHere>;

beforeAll(async () => {
  fleet = await openFleet();
  await fleet.startWorker();
  folder = await mkdtemp(join(tmpdir(), 'ladder-fit-'));
  await writeFile(join(folder, 'games.csv'), gamesCsv(1_500));
  cli = openCliHere(fleet.domain, folder);
});
afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const runFit = (...more: string[]) =>
  cli('ladder', 'fit', 'default', '--games', 'games.csv', '--winner', 'w', '--loser', 'l', ...more);
const settings = async () => JSON.parse((await cli('ladder', 'show', 'default', '--json')).out).settings;

test('a fit says what it gains over the ladder as it is, and gives the ladder its settings only on request', async () => {
  const before = await settings();

  const asked = await runFit('--json');
  const found = JSON.parse(asked.out);

  expect(asked.err).toContain('choosing settings on 1050 games: 50 %');
  expect(found).toMatchObject({ name: 'default', chosenOn: 1_050, judgedOn: 450, today: before, put: false });
  expect(found.gain.mean).toBeCloseTo(found.logLoss.today - found.logLoss.fit, 12);
  expect(found.gain.low).toBeLessThan(found.gain.mean);
  expect(found.settings).not.toEqual(before);
  expect(await settings()).toEqual(before);

  const { out } = await runFit('--put');

  expect(out).toContain('ladder default has these settings, for matches rated from now on');
  expect(await settings()).toEqual(found.settings);
  expect(JSON.parse((await runFit('--json')).out)).toMatchObject({
    gain: { mean: 0 },
    today: found.settings,
  });
});
