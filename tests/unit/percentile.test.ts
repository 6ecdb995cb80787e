import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distributionOf, percentileOf, sample } from '../../jobs/ladder/percentile.ts';

const means = fc
  .array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 3_000 })
  .map((all) => all.sort((a, b) => a - b));
const options = { seed: 20_261_130, numRuns: 300 };

test('a percentile lies between 0 and 100 and never falls as the rating rises', () => {
  fc.assert(
    fc.property(means, fc.array(fc.double({ min: -200, max: 200, noNaN: true })), (all, asked) => {
      const distribution = distributionOf(all);
      const found = asked.sort((a, b) => a - b).map((it) => percentileOf(it, distribution));
      for (const [at, it] of found.entries()) {
        expect(it).toBeGreaterThanOrEqual(at === 0 ? 0 : (found[at - 1] ?? 0));
        expect(it).toBeLessThanOrEqual(100);
      }
    }),
    options,
  );
});

test('gone through in pieces, players come to the same distribution (property)', () => {
  fc.assert(
    fc.property(means, fc.integer({ min: 1, max: 700 }), (all, piece) => {
      let sampled: ReturnType<typeof sample> = { seen: 0, means: [] };
      for (let from = 0; from < all.length; from += piece)
        sampled = sample({ players: all.length, ...sampled }, all.slice(from, from + piece));
      expect(sampled).toEqual({ seen: all.length, means: distributionOf(all) });
    }),
    options,
  );
});

test('the first stands at 100, the last at 0, and everybody where their rank says, to a tenth', () => {
  const all = Array.from({ length: 25_001 }, (_, at) => at ** 2);
  const distribution = distributionOf(all);

  expect(distribution).toHaveLength(1_001);
  for (const at of [0, 1, 99, 12_500, 24_999, 25_000])
    expect(percentileOf(all[at] ?? 0, distribution)).toBeCloseTo(at / 250, 1);
});

test('those who are equal share the middle of their ranks; among fewer than two everybody stands at 50', () => {
  expect([1, 2, 3].map((it) => percentileOf(it, [1, 2, 2, 2, 3]))).toEqual([0, 50, 100]);
  expect(percentileOf(7, [25])).toBe(50);
  expect(percentileOf(7, [])).toBe(50);
});
