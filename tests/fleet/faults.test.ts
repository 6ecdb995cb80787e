import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { patchTree } from '../faults/patched-tree.ts';
import { runFaults } from '../faults/run.ts';

const run = promisify(execFile);

test('faults of every part strike four workers under load, and every invariant holds (invariants 1 to 9)', {
  timeout: 600_000,
}, async () => {
  const options = ['--minutes', '1', '--every', '3', '--seed', '7', '--players', '30', '--json'];
  const { stdout } = await run('npm', ['run', '-s', 'faults', '--', ...options], { timeout: 590_000 });
  const report = JSON.parse(stdout);

  expect(report.violations).toEqual([]);
  expect(Object.keys(report.faults).length).toBeGreaterThanOrEqual(8);
  expect(Object.keys(report.recoveryMs).sort()).toEqual(Object.keys(report.faults).sort());
  expect(report.acknowledged).toBeGreaterThan(100);
  expect(report.duplicatesAbsorbed).toBeGreaterThan(0);
});

test('a fleet whose commits are not checked against the tickets is found out (invariants 2, 3, 7)', {
  timeout: 600_000,
}, async () => {
  using broken = patchTree(
    'workers/pool/scripts/commit.lua',
    "if status_now ~= 'SEARCHING' or revision ~= revisions[i] or pool_now ~= pool then",
    'if not status_now then',
  );

  const { violations } = await runFaults({
    seconds: 20,
    seed: 7,
    workers: 4,
    players: 60,
    kinds: ['duplicate and reordered jobs', 'worker SIGSTOP'],
    everySeconds: 2,
    restless: 0.6,
    // Whom a broken fleet has lost never goes home.
    calmWithinMs: 20_000,
    workerMain: broken.workerMain,
    say: () => undefined,
  });

  expect(violations.filter((it) => /^[23]:/.test(it))).not.toEqual([]);
});
