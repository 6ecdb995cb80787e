import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, inject, onTestFinished, test } from 'vitest';

/** A file of each project whose tests take no time. Those of the fleet are loaded and skipped. */
const suites = {
  'vitest.config.ts': ['tests/unit/pool-name.test.ts', 'tests/services/telemetry-log.test.ts'],
  'vitest.fleet.config.ts': ['tests/fleet/fuzz.test.ts', 'tests/services/script-returns.test.ts'],
};

test.each([1, 4])('`npm test` starts on a machine with %i cores, and `pure` goes first', async (cores) => {
  const [pure, services] = await runOn(cores, 'vitest.config.ts');

  expect(pure!.passed).toBeGreaterThan(0);
  expect(services!.passed).toBeGreaterThan(0);
  expect(pure!.end).toBeLessThanOrEqual(services!.start);
});

test.each([1])('`npm run test:fleet` starts on a machine with %i cores', async (cores) => {
  const none = ['--testNamePattern', 'no test has this name'];

  expect(await runOn(cores, 'vitest.fleet.config.ts', ...none)).toHaveLength(2);
});

/**
 * Runs a suite, with its real configuration and on the stack of this run, as if the machine had so many
 * cores.
 */
async function runOn(cores: number, config: keyof typeof suites, ...options: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'cores-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const report = join(folder, 'report.json');
  const fake = `import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
    os.availableParallelism = () => ${cores}; syncBuiltinESMExports();`;
  await promisify(execFile)(
    process.execPath,
    [
      ...[
        '--import',
        `data:text/javascript,${encodeURIComponent(fake)}`,
        'node_modules/vitest/vitest.mjs',
        'run',
      ],
      ...['--config', `tests/${config}`, '--reporter=json', `--outputFile.json=${report}`],
      ...[...options, ...suites[config]],
    ],
    { env: { ...process.env, ...inject('stackEnv') } },
  );
  const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: Result[] };
  return suites[config].map((file) => {
    const result = testResults.find(({ name }) => basename(name) === basename(file))!;
    return {
      start: result.startTime,
      end: result.endTime,
      passed: result.assertionResults.filter(({ status }) => status === 'passed').length,
    };
  });
}

interface Result {
  readonly name: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly assertionResults: readonly { readonly status: string }[];
}
