import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chanceOf, type Outcome, ratedTwo, type Side } from '../../jobs/ladder/two-sides.ts';

const player = fc.record({
  mu: fc.double({ min: -40, max: 40, noNaN: true }),
  sigma: fc.double({ min: 0.01, max: 20, noNaN: true }),
});
const side = fc.array(player, { minLength: 1, maxLength: 5 });
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ won: fc.constantFrom(0, 0.5, 1) }),
  fc.record({ margin: fc.double({ min: -1e9, max: 1e9, noNaN: true }), mayCost: fc.boolean() }),
);
const runs = { numRuns: 500, seed: 1 };
const sum = (one: Side) => one.reduce((total, { mu }) => total + mu, 0);

/**
 * The posterior of one player against a known opponent, by summing the likelihood over a fine grid. Logits.
 */
function exact(mean: number, sigma: number, likelihood: (x: number) => number) {
  let [mass, first, second] = [0, 0, 0];
  for (let z = -8; z <= 8; z += 0.001) {
    const x = mean + z * sigma;
    const weight = Math.exp(-(z ** 2) / 2) * likelihood(x);
    mass += weight;
    first += weight * x;
    second += weight * x ** 2;
  }
  const at = first / mass;
  return { mu: at, sigma: Math.sqrt(second / mass - at ** 2) };
}

describe('a match of two sides', () => {
  test.each([
    [0, 0.35],
    [1.5, 0.35],
    [-2, 0.35],
    [0, 0.6],
  ])('moves a well-known player as Bayes has it: mean %f, sigma %f', (mu, sigma) => {
    const [[won]] = ratedTwo([[{ mu, sigma }], [{ mu: 0, sigma: 0 }]], { won: 1 }, 1);
    const wanted = exact(mu, sigma, (x) => 1 / (1 + Math.exp(-x)));

    expect((won?.mu ?? 0) - mu).toBeGreaterThan(0.9 * (wanted.mu - mu));
    expect((won?.mu ?? 0) - mu).toBeLessThan(1.02 * (wanted.mu - mu));
    expect(won?.sigma).toBeCloseTo(wanted.sigma, 2);
  });

  test('a margin is measured with the noise of an even match: the Kalman filter of one step', () => {
    const [[ahead]] = ratedTwo(
      [[{ mu: 0.4, sigma: 1.2 }], [{ mu: 0, sigma: 0 }]],
      { margin: 1, mayCost: true },
      1,
    );
    const wanted = exact(0.4, 1.2, (x) => Math.exp(-((1 - x) ** 2) / 8));

    expect(ahead?.mu).toBeCloseTo(wanted.mu, 6);
    expect(ahead?.sigma).toBeCloseTo(wanted.sigma, 6);
  });

  test('any ratings and any margin give numbers, and nobody becomes less certain', () => {
    fc.assert(
      fc.property(side, side, outcome, (one, other, what) => {
        for (const [s, after] of ratedTwo([one, other], what, 5.9).entries())
          for (const [p, { mu, sigma }] of after.entries()) {
            expect(Number.isFinite(mu)).toBe(true);
            expect(sigma).toBeGreaterThan(0);
            expect(sigma).toBeLessThanOrEqual((s === 0 ? one : other)[p]?.sigma ?? 0);
          }
      }),
      runs,
    );
  });

  test('a better outcome never gives less, whoever plays', () => {
    const margins = fc.tuple(
      fc.double({ min: -50, max: 50, noNaN: true }),
      fc.double({ min: -50, max: 50, noNaN: true }),
    );
    fc.assert(
      fc.property(side, side, margins, fc.boolean(), (one, other, [a, b], mayCost) => {
        const total = (what: Outcome) => sum(ratedTwo([one, other], what, 5.9)[0]);
        expect(total({ margin: Math.max(a, b), mayCost })).toBeGreaterThanOrEqual(
          total({ margin: Math.min(a, b), mayCost }) - 1e-9,
        );
        expect(total({ won: 1 })).toBeGreaterThanOrEqual(total({ won: 0.5 }));
        expect(total({ won: 0.5 })).toBeGreaterThanOrEqual(total({ won: 0 }));
      }),
      runs,
    );
  });

  test('who wins gains, by whatever margin, unless a narrow win may cost', () => {
    fc.assert(
      fc.property(side, side, fc.double({ min: 1e-6, max: 50, noNaN: true }), (one, other, margin) => {
        const [[first], [last]] = ratedTwo([one, other], { margin, mayCost: false }, 5.9);
        expect(first?.mu).toBeGreaterThanOrEqual(one[0]?.mu ?? 0);
        expect(last?.mu).toBeLessThanOrEqual(other[0]?.mu ?? 0);
      }),
      runs,
    );
  });

  test('seen from the other side it is the same, and sides of equal uncertainty keep their sum', () => {
    const mirrored = (what: Outcome): Outcome =>
      'won' in what ? { won: 1 - what.won } : { ...what, margin: -what.margin };
    fc.assert(
      fc.property(side, side, outcome, (one, other, what) => {
        const [a, b] = ratedTwo([one, other], what, 5.9);
        const [d, c] = ratedTwo([other, one], mirrored(what), 5.9);
        for (const [mine, same] of [
          [a, c],
          [b, d],
        ] as const)
          for (const [p, { mu }] of mine.entries()) expect(same[p]?.mu).toBeCloseTo(mu, 8);
        const twin = one.map(({ sigma }, p) => ({ mu: other[p]?.mu ?? 0, sigma }));
        const rated = ratedTwo([one, twin], what, 5.9);
        expect(sum(rated[0]) + sum(rated[1])).toBeCloseTo(sum(one) + sum(twin), 8);
      }),
      runs,
    );
  });
});

test('a chance is what the difference comes to on average', () => {
  for (const [mean, deviation] of [
    [1, 0.5],
    [2, 1.5],
    [-0.7, 2],
  ] as const) {
    let [mass, won] = [0, 0];
    for (let z = -8; z <= 8; z += 0.001) {
      const weight = Math.exp(-(z ** 2) / 2);
      mass += weight;
      won += weight / (1 + Math.exp(-(mean + z * deviation)));
    }
    expect(Math.abs(chanceOf(mean, deviation ** 2) - won / mass)).toBeLessThan(0.015);
  }
});
