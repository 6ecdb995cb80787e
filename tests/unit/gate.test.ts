import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const gate = fileURLToPath(new URL('../../.ci/run', import.meta.url));

test('the gate adds the counts of both suites into its last line', () => {
  const run = runGate({ test: report(40, 0), 'test:fleet': report(2, 0) });

  expect(run).toEqual({ last: '42 passed, 0 failed', code: 0 });
});

test('a failed test of either suite fails the gate, and the other suite runs all the same', () => {
  expect(runGate({ test: report(39, 1), 'test:fleet': report(2, 0) })).toEqual({
    last: '41 passed, 1 failed',
    code: 1,
  });
  expect(runGate({ test: report(40, 0), 'test:fleet': report(0, 2) })).toEqual({
    last: '40 passed, 2 failed',
    code: 1,
  });
});

test.each([
  ['leaves no report', 'exit 1'],
  ['leaves half a report', `echo '{"numPassedTests": 2' >"$report"`],
  ['fails although none of its tests did', report(2, 0).replace('exit 0', 'exit 1')],
  ['could not load a file', report(2, 0, 1)],
  ['passes no test', report(0, 0)],
])('a suite that %s counts as failed', (_, fleet) => {
  const run = runGate({ test: report(40, 0), 'test:fleet': fleet });

  expect(run.last).toMatch(/^4[02] passed, 1 failed$/);
  expect(run.code).toBe(1);
});

test('failed static checks count once', () => {
  const run = runGate({ lint: 'exit 1', test: report(40, 0), 'test:fleet': report(2, 0) });

  expect(run).toEqual({ last: '42 passed, 1 failed', code: 1 });
});

/** A line of shell that writes the JSON report of a suite. */
function report(passed: number, failed: number, brokenFiles = failed): string {
  const counts = { numPassedTests: passed, numFailedTests: failed, numFailedTestSuites: brokenFiles };
  return `echo '${JSON.stringify(counts)}' >"$report"; exit ${failed > 0 || brokenFiles > 0 ? 1 : 0}`;
}

/** Runs the gate with a `npm` that does, for each script, what is given, and nothing else. */
function runGate(scripts: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'gate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const cases = Object.entries(scripts).map(([name, does]) => `"run ${name}") ${does} ;;`);
  const npm = `#!/bin/sh
for report; do :; done
report=\${report#--outputFile.json=}
case "$1 $2" in
${cases.join('\n')}
esac
`;
  writeFileSync(join(folder, 'npm'), npm, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH']}` };
  const { stdout, status } = spawnSync(gate, { env, encoding: 'utf8' });
  return { last: stdout.trimEnd().split('\n').at(-1), code: status };
}
