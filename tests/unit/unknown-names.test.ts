import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each([
  ['tests/bench/main.ts', ['fleat'], 2, /no bench fleat; did you mean fleet\?/],
  ['tests/bench/main.ts', ['toString'], 2, /no bench toString/],
  ['tests/fuzz/main.ts', ['--target', 'nope'], 2, /no target nope/],
  ['tests/faults/main.ts', ['--only', 'nope'], 2, /no fault nope/],
  ['infra/local/main.ts', ['nope'], 1, /no part nope/],
  ['producers/cli/main.ts', ['nope'], 2, /unknown command 'nope'/],
  ['producers/cli/main.ts', ['match', 'nope'], 2, /unknown command 'nope'/],
] as const)(
  '%s %j exits %i and says that it is unknown',
  { timeout: 120_000 },
  (program, args, code, message) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      cwd: root,
      encoding: 'utf8',
    });

    expect(stderr).toMatch(message);
    expect(status).toBe(code);
  },
);
