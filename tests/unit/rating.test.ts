import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ladderSettings } from '../../jobs/ladder/ladder.ts';
import {
  type Contender,
  newcomer,
  type Place,
  type Rating,
  rateMatch,
  visibleRating,
  winChances,
} from '../../jobs/ladder/rating.ts';

const start = { at: 1, season: 0 };
/** The textbook model: no drift by default. */
const plain = (more: Parameters<typeof ladderSettings.parse>[0] = {}) =>
  ladderSettings.parse({ matchUncertainty: 0, ...(more as object) });

let names = 0;
const team = (...ratings: Rating[]): Contender[] =>
  ratings.map((rating) => ({ playerId: `player-${names++}`, rating }));
const rated = (teams: Contender[][], place: Place, ladder = plain()) => {
  const after = rateMatch(teams, place, start, ladder);
  return teams.map((players) => players.map(({ playerId }) => after.get(playerId)!));
};
const anyRating = fc.record({
  mu: fc.double({ min: 0, max: 50, noNaN: true }),
  sigma: fc.double({ min: 0.5, max: 8.3, noNaN: true }),
  version: fc.nat(100),
  games: fc.nat(100),
  at: fc.constant(0),
  season: fc.constant(0),
});
const anyTeams = fc.array(fc.array(anyRating, { minLength: 1, maxLength: 4 }), {
  minLength: 2,
  maxLength: 5,
});

describe('rating a match', () => {
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

  test('the order in which teams are listed is no matter (property)', () => {
    fc.assert(
      fc.property(
        anyTeams,
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 5, maxLength: 5 }),
        (ratings, ranks) => {
          const teams = ratings.map((players) => team(...players));
          const rank = ranks.slice(0, teams.length);
          const after = rateMatch(teams, { rank }, start, plain());
          const reversed = rateMatch(teams.toReversed(), { rank: rank.toReversed() }, start, plain());
          for (const [playerId, rating] of after) {
            expect(reversed.get(playerId)?.mu).toBeCloseTo(rating.mu, 8);
            expect(reversed.get(playerId)?.sigma).toBeCloseTo(rating.sigma, 8);
          }
        },
      ),
    );
  });

  test('between two teams of equal uncertainty one gains what the other loses (property)', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.double({ min: 0, max: 50, noNaN: true }),
        (one, two) => {
          const [[a], [b]] = rated([team({ ...newcomer, mu: one }), team({ ...newcomer, mu: two })], {
            rank: [1, 2],
          }) as [Rating[], Rating[]];
          expect((a?.mu ?? 0) - one).toBeCloseTo(two - (b?.mu ?? 0), 8);
        },
      ),
    );
  });

  test('without drift a match never makes anybody less certain, with it nobody less than a newcomer (property)', () => {
    fc.assert(
      fc.property(anyTeams, (ratings) => {
        const teams = ratings.map((players) => team(...players));
        const rank = teams.map((_, index) => index + 1);
        for (const [t, players] of rated(teams, { rank }).entries())
          for (const [p, { sigma }] of players.entries())
            expect(sigma).toBeLessThanOrEqual((ratings[t]?.[p]?.sigma ?? 0) + 1e-12);
        for (const { sigma } of rated(teams, { rank }, plain({ matchUncertainty: 100 })).flat())
          expect(sigma).toBeLessThanOrEqual(newcomer.sigma);
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

    expect(alone).toEqual({ ...newcomer, version: 1, games: 1, at: start.at });
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
  const [strong, weak] = winChances([team({ ...newcomer, mu: 30 }), team(newcomer)], start, plain()) as [
    number,
    number,
  ];

  expect(strong + weak).toBeCloseTo(1, 6);
  expect(strong).toBeGreaterThan(weak);
});
