import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newcomer,
  type Rating,
  rateMatch,
  resultProblem,
  sameResult,
  visibleRating,
  winChances,
} from '../../jobs/rating-update/rating.ts';

let names = 0;
const team = (...ratings: Rating[]) => ({
  players: ratings.map((rating, index) => ({ playerId: `player-${names++}-${index}`, rating })),
});
const rated = (teams: ReturnType<typeof team>[], place: Parameters<typeof rateMatch>[1]) => {
  const after = rateMatch(teams, place);
  return teams.map(({ players }) => players.map(({ playerId }) => after.get(playerId)!));
};
const anyRating = fc.record({
  mu: fc.double({ min: 0, max: 50, noNaN: true }),
  sigma: fc.double({ min: 0.5, max: 8.3, noNaN: true }),
  version: fc.nat(100),
});
const anyTeams = fc.array(fc.array(anyRating, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 5,
});

describe('rating a match', () => {
  test('two newcomers: the figures of the Plackett-Luce model in openskill.py and openskill.js', () => {
    const [[winner], [loser]] = rated([team(newcomer), team(newcomer)], { rank: [1, 2] }) as [
      Rating[],
      Rating[],
    ];

    expect(winner?.mu).toBeCloseTo(27.635, 2);
    expect(loser?.mu).toBeCloseTo(22.365, 2);
    expect(winner?.sigma).toBeCloseTo(8.066, 2);
    expect(winner?.sigma).toBeCloseTo(loser?.sigma ?? 0, 10);
  });

  test('a score says the same as the rank it implies', () => {
    const teams = [team(newcomer), team({ ...newcomer, mu: 30 })];

    expect(rated(teams, { score: [3, 1] })).toEqual(rated(teams, { rank: [1, 2] }));
  });

  test('whoever is alone at the top gains and whoever is alone at the bottom loses (property)', () => {
    fc.assert(
      fc.property(anyTeams, (ratings) => {
        const teams = ratings.map((players) => team(...players));
        const after = rated(teams, { rank: teams.map((_, index) => index + 1) });
        for (const [p, rating] of (ratings[0] ?? []).entries())
          expect(after[0]?.[p]?.mu).toBeGreaterThanOrEqual(rating.mu);
        for (const [p, rating] of (ratings.at(-1) ?? []).entries())
          expect(after.at(-1)?.[p]?.mu).toBeLessThanOrEqual(rating.mu);
      }),
    );
  });

  test('every player of every team gets exactly one finite rating, one version on (property)', () => {
    fc.assert(
      fc.property(anyTeams, fc.boolean(), (ratings, draw) => {
        const teams = ratings.map((players) => team(...players));
        const after = rated(teams, { rank: teams.map((_, index) => (draw ? 1 : index + 1)) });
        for (const [t, players] of ratings.entries())
          for (const [p, before] of players.entries()) {
            const rating = after[t]?.[p];
            expect(rating?.version).toBe(before.version + 1);
            expect(Number.isFinite(rating?.mu)).toBe(true);
            expect(rating?.sigma).toBeGreaterThan(0);
          }
      }),
    );
  });

  test('a draw between equals moves nobody', () => {
    const [[one], [two]] = rated([team(newcomer), team(newcomer)], { rank: [1, 1] }) as [Rating[], Rating[]];

    expect(one?.mu).toBeCloseTo(newcomer.mu, 10);
    expect(two?.mu).toBeCloseTo(newcomer.mu, 10);
  });

  test('with nobody to play against only the version grows', () => {
    const [[alone]] = rated([team(newcomer)], { rank: [1] }) as [Rating[]];

    expect(alone).toEqual({ ...newcomer, version: 1 });
  });
});

describe('the visible rating', () => {
  test('starts at 1500, and 400 points mean odds of ten to one between players who are well known', () => {
    expect(visibleRating(newcomer)).toBe(1500);
    const c = Math.SQRT2 * (newcomer.sigma / 2);
    const muOf1900 = newcomer.mu + c * Math.LN10;

    expect(visibleRating({ mu: muOf1900 })).toBe(1900);
    expect(1 / (1 + Math.exp(-(muOf1900 - newcomer.mu) / c))).toBeCloseTo(10 / 11, 6);
  });

  test('is a whole number that grows with mu (property)', () => {
    fc.assert(
      fc.property(fc.double({ min: -50, max: 100, noNaN: true }), (mu) => {
        expect(Number.isInteger(visibleRating({ mu }))).toBe(true);
        expect(visibleRating({ mu: mu + 1 })).toBeGreaterThan(visibleRating({ mu }));
      }),
    );
  });
});

test('chances to win sum to one and favour the stronger', () => {
  const [strong, weak] = winChances([[{ ...newcomer, mu: 30 }], [newcomer]]) as [number, number];

  expect(strong + weak).toBeCloseTo(1, 6);
  expect(strong).toBeGreaterThan(weak);
});

describe('a result', () => {
  const match = {
    teams: [
      { name: 'red', playerIds: ['a'] },
      { name: 'blue', playerIds: ['b'] },
      { name: 'empty', playerIds: [] },
    ],
  };

  test('names every team that played and no other', () => {
    const result = (...names: string[]) => ({
      matchId: 'm',
      teams: names.map((name) => ({ name, rank: 1 })),
    });

    expect(resultProblem(match, result('red', 'blue'))).toBeUndefined();
    expect(resultProblem(match, result('red', 'blue', 'empty'))).toContain('empty did not play');
    expect(resultProblem(match, result('red'))).toContain('blue played in match m and has no rank or score');
  });

  test('says the same whatever the order of its teams', () => {
    const one = {
      matchId: 'm',
      teams: [
        { name: 'red', rank: 1 },
        { name: 'blue', rank: 2 },
      ],
    };
    const other = {
      matchId: 'm',
      teams: [
        { name: 'blue', rank: 2 },
        { name: 'red', rank: 1 },
      ],
    };

    expect(sameResult(one, other)).toBe(true);
    expect(
      sameResult(one, {
        matchId: 'm',
        teams: [
          { name: 'blue', rank: 1 },
          { name: 'red', rank: 2 },
        ],
      }),
    ).toBe(false);
  });
});
