import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import { openCli } from '../support/cli.ts';
import { openFleet } from '../support/fleet.ts';

vi.setConfig({ testTimeout: 180_000 });

const rows = 30_000;

test('an import goes on where it stopped when it is killed in the middle, and its worker with it (invariants 5, 9)', async () => {
  await using fleet = await openFleet();
  const folder = await mkdtemp(join(tmpdir(), 'import-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const lines = Array.from(
    { length: rows },
    (_, n) => `${fleet.own(`p${n}`)},${1_000 + (n % 1_000)},${n % 50}`,
  );
  await writeFile(join(folder, 'ratings.csv'), ['player,rating,games', ...lines].join('\n'));
  const chain = () =>
    fleet.db
      .collection<LadderDocument>('rating_changes')
      .find({ ladder: 'brought' })
      .sort({ ordinal: 1 })
      .toArray();
  const worker = await fleet.startWorker();
  const env = {
    ...process.env,
    ...inject('stackEnv'),
    DOMAIN: fleet.domain,
    INIT_CWD: folder,
    NO_COLOR: '1',
  };
  const args = [
    'producers/cli/main.ts',
    'ladder',
    'import',
    'brought',
    'ratings.csv',
    '--reason',
    'we moved',
  ];
  const first = spawn(process.execPath, args, { env, stdio: 'ignore' });
  const gone = once(first, 'exit');
  await vi.waitFor(async () => expect((await chain()).length).toBeGreaterThan(3), {
    timeout: 60_000,
    interval: 20,
  });

  first.kill('SIGKILL');
  worker.send('SIGKILL');
  await worker.ended;
  expect(await gone).toEqual([null, 'SIGKILL']);
  expect((await chain()).length).toBeLessThan(rows / 1_000);
  await fleet.startWorker();
  const again = await openCli(fleet.domain, folder)(...args.slice(1), '--json');

  expect(again.code, again.err).toBe(0);
  const told = JSON.parse(again.out) as { ratings: number; earlier: number };
  expect(told).toMatchObject({ ladder: 'brought', ratings: rows });
  expect(told.earlier).toBeGreaterThan(0);
  expect(told.earlier).toBeLessThan(rows);
  const documents = await chain();
  expect(documents.map((it) => it.ordinal)).toEqual(documents.map((_, at) => at + 1));
  const parts = documents.flatMap((it) => (it.kind === 'given' ? [it.import?.part ?? -1] : []));
  expect(parts.toSorted((a, b) => a - b)).toEqual(documents.map((_, at) => at));
  const players = documents.flatMap((it) => it.players.map((player) => player.player_id));
  expect(new Set(players).size).toBe(rows);
  expect(players).toHaveLength(rows);
  await vi.waitFor(
    async () =>
      expect(await fleet.db.collection('players').countDocuments({ 'ratings.brought.version': 1 })).toBe(
        rows,
      ),
    { timeout: 60_000, interval: 100 },
  );
});
