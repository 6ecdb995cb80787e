import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCliHere } from '../support/cli.ts';

test('the help of match form marks what is required, and its example works as it stands there', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'form-help-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const cli = openCliHere('main', folder, 'redis://127.0.0.1:1');
  const help = (await cli('match', 'form', '--help')).out;
  const required = [...help.matchAll(/^ +(--\S+) .*\(required\)$/gm)].map(([, name]) => name);
  const [write = '', form = ''] = [...help.matchAll(/npm run -s cli -- (match form .*)/g)].map(
    ([, line]) => line,
  );

  expect(required).toEqual(['--rule-set', '--tickets', '--now']);
  expect(await cli(...write.split(' '))).toMatchObject({
    code: 0,
    out: 'wrote rule-set.json and tickets.json\n',
  });
  expect(JSON.parse((await cli(...form.split(' '))).out)).toMatchObject({
    matches: [{ tickets: ['first', 'second'] }],
    waiting: [{ ticketId: 'third', why: { playersNeeded: 1 } }],
  });
  expect(await cli(...write.split(' '))).toMatchObject({ code: 2, err: expect.stringContaining('EEXIST') });
});
