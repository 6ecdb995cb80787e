import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { newcomer, type Rating, rateMatch, visibleRating } from '../../jobs/ladder/rating.ts';
import { ordersOf } from '../../jobs/ladder/ties.ts';

const moment = { at: 1, season: 0 };
const settings = { ...defaultSettings, matchUncertainty: 0 };
type Team = readonly Rating[];

/** Teams after a match, in their order. */
function played(teams: readonly Team[], rank: readonly number[]): Rating[][] {
  const rated = rateMatch(
    teams.map((team, t) => team.map((rating, p) => ({ playerId: `${t}-${p}`, rating }))),
    { rank },
    moment,
    settings,
  );
  return teams.map((team, t) => team.map((_, p) => rated.get(`${t}-${p}`) ?? newcomer));
}
const gain = (teams: readonly Team[], rank: readonly number[]) =>
  played(teams, rank).map((team, t) => (team[0]?.mu ?? 0) - (teams[t]?.[0]?.mu ?? 0));

const rating = fc.record({
  mu: fc.double({ min: 10, max: 40, noNaN: true }),
  sigma: fc.double({ min: 1, max: 8, noNaN: true }),
  version: fc.constant(1),
  games: fc.constant(1),
  at: fc.constant(0),
  season: fc.constant(0),
});
/** Some of the teams are equal: they are drawn from three kinds. */
const match = fc
  .tuple(
    fc.array(fc.array(rating, { minLength: 1, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
    fc.array(fc.record({ kind: fc.nat(2), rank: fc.integer({ min: 1, max: 4 }) }), {
      minLength: 3,
      maxLength: 9,
    }),
  )
  .map(([kinds, drawn]) => ({
    kind: drawn.map((it) => it.kind),
    teams: drawn.map((it) => kinds[it.kind] ?? []),
    ranks: drawn.map((it) => it.rank),
  }));
const runs = { numRuns: 300, seed: 1 };

describe('ties among three or more teams', () => {
  test('newcomers who share first place gain more than who comes third', () => {
    const points = played(
      Array.from({ length: 5 }, () => [newcomer]),
      [1, 1, 2, 3, 4],
    ).map(([it]) => visibleRating(it ?? newcomer));

    expect(points[0]).toBe(points[1]);
    expect(points).toEqual(points.toSorted((a, b) => b - a));
    expect(points[0]).toBeGreaterThan((points[2] ?? 0) + 10);
  });

  test('among equals a better place never gains less, whoever else plays', () => {
    fc.assert(
      fc.property(match, ({ kind, teams, ranks }) => {
        const gained = gain(teams, ranks);
        for (const [i, own] of ranks.entries())
          for (const [j, other] of ranks.entries())
            if (kind[i] === kind[j] && own < other)
              expect((gained[i] ?? 0) - (gained[j] ?? 0)).toBeGreaterThan(-1e-9);
      }),
      runs,
    );
  });

  test('the order in which teams are given does not matter', () => {
    fc.assert(
      fc.property(match, fc.nat(1_000), ({ teams, ranks }, turn) => {
        const order = teams.map((_, t) => (t + turn) % teams.length);
        const [one, other] = [
          gain(teams, ranks),
          gain(
            order.map((t) => teams[t] ?? []),
            order.map((t) => ranks[t] ?? 0),
          ),
        ];
        for (const [at, t] of order.entries()) expect(other[at]).toBeCloseTo(one[t] ?? 0, 2);
      }),
      runs,
    );
  });

  test('what equals gain and lose sums to nothing, and equals who tie gain the same', () => {
    fc.assert(
      fc.property(
        rating,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 12 }),
        (one, ranks) => {
          const gained = gain(
            ranks.map(() => [one]),
            ranks,
          );
          expect(gained.reduce((sum, it) => sum + it, 0)).toBeCloseTo(0, 6);
          const byRank = Map.groupBy(ranks.keys(), (t) => ranks[t]);
          for (const tied of byRank.values())
            for (const t of tied) expect(gained[t]).toBeCloseTo(gained[tied[0] ?? 0] ?? 0, 6);
        },
      ),
      runs,
    );
  });

  test('free-for-alls of 12 equals with ties do not drift in 1,000 games', () => {
    let ratings: Rating[] = Array.from({ length: 12 }, () => newcomer);
    let random = 1;
    for (let game = 0; game < 1_000; game++) {
      const ranks = ratings.map(() => {
        random = (random * 48_271) % 2_147_483_647;
        return 1 + (random % 5);
      });
      ratings = played(
        ratings.map((it) => [it]),
        ranks,
      ).map(([it]) => it ?? newcomer);
    }
    const mean = ratings.reduce((sum, { mu }) => sum + mu, 0) / 12;
    expect(visibleRating({ mu: mean }) - 1500).toBeLessThan(25);
    expect(1500 - visibleRating({ mu: mean })).toBeLessThan(25);
  });
});

test('orders give each team a place of its own, and tied teams each place of theirs equally often', () => {
  for (const ranks of [
    [1, 1, 2],
    [2, 1, 1, 2, 1],
    [1, 1, 1, 1, 1, 1],
    [3, 3, 3, 3, 3, 1, 2, 2],
  ]) {
    const orders = ordersOf(ranks, (a, b) => a - b);
    for (const places of orders)
      expect(places.toSorted((a, b) => a - b)).toEqual(ranks.map((_, place) => place));
    for (const [t, rank] of ranks.entries()) {
      const before = ranks.filter((it) => it < rank).length;
      const size = ranks.filter((it) => it === rank).length;
      for (let place = before; place < before + size; place++)
        expect(orders.filter((it) => it[t] === place)).toHaveLength(orders.length / size);
    }
  }
});
