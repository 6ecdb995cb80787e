import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { patchTree } from '../faults/patched-tree.ts';
import { runFaults } from '../faults/run.ts';

/** What the command prints: the report, also of a run that ends with 1, since it found a violation. */
const reportOf = (options: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile('npm', ['run', '-s', 'faults', '--', ...options], { timeout: 590_000 }, (error, stdout) =>
      stdout.startsWith('{') ? resolve(stdout) : reject(error ?? new Error('no report was printed')),
    );
  });

test('faults of every part strike four workers under load, and every invariant holds (invariants 1 to 9)', {
  timeout: 600_000,
  // A violation that comes now and then is one.
  retry: 0,
}, async () => {
  const options = ['--minutes', '1', '--every', '3', '--seed', '7', '--players', '30', '--json'];
  const report = JSON.parse(await reportOf(options));

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
    "if not ticket or ticket.status ~= 'SEARCHING' or ticket.revision ~= match.revisions[i] or ticket.pool ~= pool then",
    'if not ticket then',
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
