import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { newcomer, visibleRating } from '../../jobs/ladder/rating.ts';
import { type GivenRating, givenRating } from '../../jobs/rating-update/jobs.ts';
import { ratingGiven } from '../../jobs/rating-update/rating-given.ts';
import { checkRatings, readRatings } from '../../producers/cli/ratings-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratings-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'ratings.csv');
const csv = (...lines: readonly string[]) => writeFileSync(path, lines.join('\n'));

test('a rating is given as players see it, certain by how many games it counts', () => {
  const given = (games: number) => ratingGiven({ playerId: 'p', rating: 1_640, games }, newcomer, 2);

  expect(visibleRating(given(7))).toBe(1_640);
  expect(given(0).sigma).toBeCloseTo(newcomer.sigma, 10);
  expect(given(5).sigma).toBeGreaterThan(given(6).sigma);
  expect(given(1_000).sigma).toBe(2);
  expect(given(7)).toMatchObject({ games: 7, season: 2, version: 1, at: 0 });
});

test('whatever may be given comes to a rating that one can go on from (invariant 5)', () => {
  const number = fc.double({ noNaN: false });
  const row = fc.record(
    { playerId: fc.string(), rating: number, mu: number, sigma: number, games: fc.oneof(fc.nat(), number) },
    { requiredKeys: ['playerId'] },
  );
  fc.assert(
    fc.property(row, (given) => {
      const parsed = givenRating.safeParse(given);
      if (!parsed.success) return;
      const { mu, sigma, games } = ratingGiven(parsed.data, newcomer, 0);
      expect([mu, sigma, games].every(Number.isFinite) && sigma > 0 && games >= 0).toBe(true);
    }),
    { seed: 20_261_130, numRuns: 2_000 },
  );
});

test('a file of ratings is read line by line, with quoted names, a byte order mark and windows line ends', async () => {
  csv('\uFEFFplayer,rating,games\r', '"a, ""the first""",1600,12\r', '', '__proto__,1400.5,\r');
  const found: GivenRating[] = [];
  for await (const it of readRatings(path, 'ratings.csv')) found.push(it);

  expect(found).toEqual([
    { playerId: 'a, "the first"', rating: 1_600, games: 12 },
    { playerId: '__proto__', rating: 1_400.5 },
  ]);
  expect(await checkRatings(path, 'ratings.csv')).toMatchObject({ ratings: 2 });
});

test.each([
  ['p,abc,1', 'ratings.csv:2: rating: must be a number, found not a number'],
  ['p,99999,1', 'ratings.csv:2: rating: must be at most 10000'],
  ['p,1500,-1', 'ratings.csv:2: games: must be at least 0'],
  ['p,1500,1.5', 'ratings.csv:2: games: must be a whole number, found a number'],
  ['p,,1', 'ratings.csv:2: rating: is missing: give rating, or mu and sigma'],
  [',1500,1', 'ratings.csv:2: player: is missing'],
  [`${'x'.repeat(1_025)},1500,1`, 'ratings.csv:2: player: at most 1024 characters'],
  ['p,1500,1,7', 'ratings.csv:2: has 4 values for 3 columns'],
  ['"p,1500,1', 'ratings.csv:2: a quoted value does not end on its line'],
  ['p,1500,1\nq,1500,1\np,1600,1', 'ratings.csv:4: player: p is on line 2 too'],
])('a bad line is named with file, line, field and limit: %s', async (line, message) => {
  csv('player,rating,games', line);

  await expect(checkRatings(path, 'ratings.csv')).rejects.toMatchObject({ code: 'invalid-request', message });
});

test('a file without ratings, with other columns, or that is not there is refused by name', async () => {
  const refusal = (file: string) => checkRatings(join(folder, file), file).catch((it: Error) => it.message);
  csv('player,elo', 'p,1500');
  expect(await refusal('ratings.csv')).toMatch(/^ratings.csv:1: elo: is no column of ratings/);
  csv('player,rating');
  expect(await refusal('ratings.csv')).toMatch(/^ratings.csv: has no ratings/);
  expect(await refusal('other.csv')).toMatch(/^could not read other.csv: ENOENT/);
});
