import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCliHere } from '../support/cli.ts';
import { gamesCsv } from '../support/games-csv.ts';

let folder: string;
let cli: ReturnType<typeof openCliHere>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ladder-fit-'));
  cli = openCliHere('main', folder, 'redis://127.0.0.1:1');
});
afterAll(() => rmSync(folder, { recursive: true }));

const runFit = (text: string, ...more: string[]) => {
  writeFileSync(join(folder, 'games.csv'), text);
  return cli('ladder', 'fit', 'default', '--games', 'games.csv', '--winner', 'w', '--loser', 'l', ...more);
};

test.each([
  [
    'a date that is none',
    gamesCsv(3).replace(/\d{4}-/, '31/'),
    [],
    /games\.csv:2: date: ".*" is no date: ISO/,
  ],
  ['a column that is not there', 'day,w,l\n2001-01-01,a,b\n', [], /has no column date; it has day, w, l/],
  ['too few games', gamesCsv(400), [], /280 games are before \d{4}-\d\d-\d\d; at least 500 are needed/],
  ['no games left to judge', gamesCsv(800), ['--judge-from', '2030-01-01'], /fewer than two days/],
  [
    'a date of the command that is none',
    gamesCsv(800),
    ['--judge-from', 'May'],
    /--judge-from <date>: "May" is no date/,
  ],
])('%s is told before the fleet is asked', async (_what, text, more, message) => {
  const { code, out, err } = await runFit(text, ...more);

  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
});

test('a file that is not there is named', async () => {
  const { code, err } = await cli('ladder', 'fit', 'default', '--games', 'ghost.csv');

  expect(code).toBe(2);
  expect(err).toMatch(/could not read .*ghost\.csv/);
});
