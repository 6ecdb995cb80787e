import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scoresOf } from '../../jobs/ladder/forecast-scores.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { forecast, openLadder } from '../../jobs/ladder/replay.ts';
import { dayOf, readGames } from '../../producers/cli/games.ts';
import { eloSpeeds, openElo } from '../bench/elo.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const nfl = join(root, '../shared/data/nfl_games.csv');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'games-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, ...lines: string[]) => {
  writeFileSync(join(folder, name), lines.join('\n'));
  return join(folder, name);
};
const bench = async (...args: string[]) => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['tests/bench/main.ts', 'ratings', ...args],
    { cwd: root },
  );
  return JSON.parse(stdout) as {
    games: number;
    accuracy: number;
    logLoss: number;
    brier: number;
    calibrationError: number;
  };
};

describe('games', () => {
  test('several files are one stream in order of date; seasons count up; quoted fields keep their commas', () => {
    const one = file(
      'one.csv',
      'd,s,home,away,x,y,n',
      '2001-02-01,2001,"A, the",B,3,1,0',
      '2000-01-01,2000,B,C,0,0,1',
    );
    const two = file('two.csv', 'd,s,home,away,x,y,n', '2000-06-01,2000,C,B,"1",2,', '');

    const games = readGames([one, two], {
      date: 'd',
      sides: ['home', 'away'],
      scores: ['x', 'y'],
      neutral: 'n',
      season: 's',
    });

    expect(games.map(({ sides, scores, home, season }) => ({ sides, scores, home, season }))).toEqual([
      { sides: ['B', 'C'], scores: [0, 0], home: false, season: 0 },
      { sides: ['C', 'B'], scores: [1, 2], home: true, season: 0 },
      { sides: ['A, the', 'B'], scores: [3, 1], home: true, season: 1 },
    ]);
  });

  test('a column that is not there is named', () => {
    const one = file('three.csv', 'date,a,b', '2001-02-01,A,B');

    expect(() => readGames([one], { date: 'day', sides: ['a', 'b'] })).toThrow(
      'has no column day; it has date, a, b',
    );
  });

  test('dates are read as ISO, YYYYMMDD and since 1970; what is none names its file, line and the forms', () => {
    const day = Date.UTC(2001, 1, 3);
    const forms = ['2001-02-03', '20010203', ` ${day / 1_000}`, String(day)];
    expect(forms.map((text) => dayOf(text, 'date'))).toEqual(forms.map(() => day));

    const wrong = file('five.csv', 'date,w,l', '2001-02-01,B,A', '03/02/2001,A,B');
    expect(() => readGames([wrong], { date: 'date', sides: ['w', 'l'] })).toThrow(
      `${wrong}:3: date: "03/02/2001" is no date: ISO (2026-11-30), 20261130, or seconds or ms since 1970`,
    );
  });

  test('listed by winner and loser the order of the sides does not give the winner away', () => {
    const one = file('four.csv', 'date,w,l', '2001-02-01,B,A', '2001-02-02,A,B');

    expect(
      readGames([one], { date: 'date', sides: ['w', 'l'] }).map(({ sides, scores }) => [sides, scores]),
    ).toEqual([
      [
        ['A', 'B'],
        [0, 1],
      ],
      [
        ['A', 'B'],
        [1, 0],
      ],
    ]);
  });
});

describe('a replay', () => {
  test("knows nothing of the future, nor of the day's other games: what comes later changes no forecast", () => {
    const line = (day: number, winner: string, loser: string) => `2001-01-0${day},${winner},${loser}`;
    const start = [line(1, 'A', 'B'), line(2, 'B', 'C'), line(3, 'A', 'C')];
    const read = (name: string, ...lines: string[]) =>
      forecast(
        readGames([file(name, 'date,w,l', ...lines)], { date: 'date', sides: ['w', 'l'] }),
        openLadder(defaultSettings),
        () => true,
      );

    const short = read('short.csv', ...start);
    const long = read('long.csv', ...start, line(3, 'C', 'B'), line(4, 'C', 'A'));

    expect(long.slice(0, 3)).toEqual(short);
    expect(long[3]?.chance).not.toBe(0.5);
  });

  test('of games before 1970 is that of the same games a century later', () => {
    const at = (century: number) =>
      forecast(
        readGames(
          [
            file(
              `${century}.csv`,
              'date,w,l',
              ...['01-01,A,B', '05-01,B,C', '12-01,A,C'].map((it) => `${century}21-${it}`),
            ),
          ],
          { date: 'date', sides: ['w', 'l'] },
        ),
        openLadder({ ...defaultSettings, dailyUncertainty: 20 }),
        () => true,
      ).map(({ chance }) => chance);

    expect(at(19)).toEqual(at(20));
    expect(at(19)).not.toEqual([0.5, 0.5, 0.5]);
  });

  test('through Elo moves a winner by half of K from even, and a falling K less with each game', () => {
    const elo = openElo(eloSpeeds['Elo, K 24'], 0);
    const game = { day: 0, sides: ['A', 'B'], scores: [1, 0], home: false, season: 0 } as const;

    elo.rate(game, 'm');

    // 12 points up, 12 down.
    expect(elo.chance(game)).toBeCloseTo(1 / (1 + 10 ** (-24 / 400)), 12);
    const falling = eloSpeeds["Elo, 538's falling K"];
    expect([0, 10, 100].map((games) => Math.round(falling(games)))).toEqual([131, 85, 39]);
  });

  test('is scored as forecasts are', () => {
    const scores = scoresOf([
      { day: 0, chance: 0.8, won: true },
      { day: 0, chance: 0.6, won: false },
    ]);

    expect(scores).toEqual({
      games: 2,
      accuracy: 0.5,
      logLoss: expect.closeTo(-(Math.log(0.8) + Math.log(0.4)) / 2, 12),
      brier: expect.closeTo((0.04 + 0.36) / 2, 12),
      calibrationError: expect.closeTo((0.2 + 0.6) / 2, 12),
    });
  });
});

test('`npm run bench -- ratings --json` prints the five numbers of any two-side CSV', async () => {
  const games = Array.from(
    { length: 40 },
    (_, n) => `2001-01-${10 + (n % 20)},${n % 3 ? 'A' : 'B'},${n % 3 ? 'B' : 'A'}`,
  );

  const scores = await bench(
    '--games',
    file('duels.csv', 'date,w,l', ...games),
    '--winner',
    'w',
    '--loser',
    'l',
    '--json',
  );

  expect(Object.keys(scores)).toEqual(['games', 'accuracy', 'logLoss', 'brier', 'calibrationError']);
  expect(scores.games).toBe(40);
});

describe.skipIf(!existsSync(nfl))(`real games (SKIPPED unless there is ${nfl})`, () => {
  test("are predicted better than by the file's own Elo (0.6237), settings chosen on earlier games alone", {
    timeout: 120_000,
  }, async () => {
    const columns = ['--neutral', 'neutral', '--season', 'season'];

    const scores = await bench('--games', nfl, ...columns, '--score-from', '1970-06-01', '--json');

    expect(scores.games).toBe(12_206);
    expect(scores.logLoss).toBeLessThan(0.6237);
    expect(scores.calibrationError).toBeLessThan(0.03);
  });
});
