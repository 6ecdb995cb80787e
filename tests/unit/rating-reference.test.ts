import { predictDraw, predictWin, rate } from 'openskill';
import { expect, test } from 'vitest';
import { ladderSettings } from '../../jobs/ladder/ladder.ts';
import { newcomer, type Place, type Rating, rateMatch } from '../../jobs/ladder/rating.ts';

/**
 * Numbers of openskill.js 5.0.1 with its defaults; those of Plackett-Luce agree with the README of
 * openskill.py. The openskill of these figures adds tau = 25/300 to every sigma before a match.
 */
const openskills = ladderSettings.parse({
  matchUncertainty: (25 / 300) * (400 / (Math.LN10 * Math.SQRT2 * (25 / 6))),
});

const rateAll = (teams: readonly (readonly Pick<Rating, 'mu' | 'sigma'>[])[], place: Place) => {
  const contenders = teams.map((team, t) =>
    team.map((rating, p) => ({ playerId: `${t} ${p}`, rating: { ...newcomer, ...rating } })),
  );
  const after = rateMatch(contenders, place, { at: 1, season: 0 }, openskills);
  return teams.map((team, t) => team.map((_, p) => after.get(`${t} ${p}`)!));
};

test.each([
  {
    name: 'first, second and third',
    teams: [[newcomer], [newcomer], [newcomer]],
    rank: [1, 2, 3],
    expected: [
      [27.869048680749426, 8.205243377397993],
      [25.717262170187357, 8.058224222802378],
      [21.413689149063217, 8.058224222802378],
    ],
  },
])('$name: the reference figures', ({ teams, rank, expected }) => {
  for (const [t, team] of rateAll(teams, { rank }).entries())
    for (const { mu, sigma } of team) {
      expect(mu).toBeCloseTo(expected[t]?.[0] ?? 0, 10);
      expect(sigma).toBeCloseTo(expected[t]?.[1] ?? 0, 10);
    }
});

test("uneven teams, ties and any order of ranks: the same as openskill's own rate", () => {
  const teams = [
    [{ mu: 31, sigma: 4 }],
    [
      { mu: 24, sigma: 7 },
      { mu: 20, sigma: 3 },
    ],
    [{ mu: 27, sigma: 8 }],
    [{ mu: 22, sigma: 2 }],
  ];
  const rank = [3, 1, 3, 2];
  const theirs = rate(teams, { rank });

  for (const [t, team] of rateAll(teams, { rank }).entries())
    for (const [p, { mu, sigma }] of team.entries()) {
      expect(mu).toBeCloseTo(theirs[t]?.[p]?.mu ?? 0, 10);
      expect(sigma).toBeCloseTo(theirs[t]?.[p]?.sigma ?? 0, 10);
    }
});

test('predictions of the installed openskill are those the references were taken from', () => {
  expect(predictWin([[newcomer], [{ mu: 30, sigma: 5 }]])).toEqual([
    expect.closeTo(0.3299897949330092, 12),
    expect.closeTo(0.6700102050669908, 12),
  ]);
  expect(predictDraw([[newcomer], [newcomer]])).toBeCloseTo(0.2370742401327086, 12);
});
