import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const reporter = fileURLToPath(new URL('../support/retried.ts', import.meta.url));

test('a run ends with the tests that needed a second try, by file and name, and with no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retried-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'flaky.test.js'),
    `let tries = 0;
    describe('a race', () => {
      test('is won at the second try', { retry: 1 }, () => expect(++tries).toBe(2));
    });
    test('passes at once', { retry: 1 }, () => {});`,
  );

  const options = ['--globals', '--root', folder, '--reporter=default', `--reporter=${reporter}`];
  const { stdout } = await promisify(execFile)(process.execPath, [vitest, 'run', ...options]);

  expect(stdout.slice(stdout.indexOf('Retried tests')).trim()).toBe(
    `Retried tests (1):
  flaky.test.js > a race > is won at the second try
    passed after 2 tries; first: expected 1 to be 2 // Object.is equality`,
  );
});
