import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the command line with the caller in a folder. */
const cli = (folder: string, ...args: string[]) =>
  execFileSync(process.execPath, ['producers/cli/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, INIT_CWD: folder },
    encoding: 'utf8',
  });

test('the help of match form marks what is required, and its example works as it stands there', {
  timeout: 120_000,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'form-help-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const help = cli(folder, 'match', 'form', '--help');
  const required = [...help.matchAll(/^ +(--\S+) .*\(required\)$/gm)].map(([, name]) => name);
  for (const name of ['duel.json', 'tickets.json'])
    writeFileSync(join(folder, name), help.split(`${name}:\n`)[1]?.split('\n\n')[0] ?? '');
  const line = /npm run -s cli -- (match form .*)/.exec(help)?.[1] ?? '';

  expect(required).toEqual(['--rule-set', '--tickets', '--now']);
  expect(JSON.parse(cli(folder, ...line.split(' ')))).toEqual({
    matches: [{ teams: expect.anything(), tickets: ['first', 'second'] }],
    waiting: [],
  });
});
