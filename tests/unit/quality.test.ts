import { describe, expect, test } from 'vitest';
import { configuration } from '../../jobs/configuration/configuration.ts';
import { checkQuality, qualityTarget } from '../../jobs/configuration/quality.ts';
import type { RatingAttributes } from '../../jobs/configuration/rating-attributes.ts';
import { measureQuality } from '../bench/quality-simulation.ts';
import { parties, solos } from '../bench/quality-traffic.ts';

const quality = {
  winChance: [0.45, 0.55] as [number, number],
  easesAfterSeconds: [20, 40],
};
const algorithm = {
  strategy: 'exhaustiveSearch',
  batchingPreference: 'random',
  sortByAttributes: [],
  backfillPriority: 'normal',
  expansionAgeSelection: 'newest',
} as const;

describe('a quality target', () => {
  test.each<[object, string]>([
    [{ ...quality, winChance: [0.4, 0.55] }, 'mirror'],
    [{ ...quality, winChance: [0.55, 0.45] }, 'mirror'],
    [{ ...quality, winChance: [0.499, 0.501] }, 'mirror'],
    [{ ...quality, easesAfterSeconds: [] }, 'at least one age'],
    [{ ...quality, easesAfterSeconds: [20, 20] }, 'must rise'],
    [{ ...quality, easesAfterSeconds: [20, 60] }, 'below requestTimeoutSeconds (60)'],
    [{ winChance: quality.winChance }, 'easesAfterSeconds'],
  ])('%o is refused', (wanted, why) => {
    const asked = { name: 'duel', ruleSetName: 'duel', requestTimeoutSeconds: 60 };
    const parsed = configuration.safeParse({ ...asked, quality: wanted });

    expect(configuration.safeParse({ ...asked, quality }).success).toBe(true);
    expect(JSON.stringify(parsed.error?.issues)).toContain(why);
  });

  test.each<[RatingAttributes, object]>([
    [{ skill: 'rating' }, { of: 'ladder', mean: { attribute: 'skill', as: 'rating' } }],
    [
      { skill: 'rating', exact: 'mu' },
      { of: 'ladder', mean: { attribute: 'exact', as: 'mu' } },
    ],
    [
      { skill: 'rating', low: 'cautious' },
      { of: 'ladder', mean: { attribute: 'skill', as: 'rating' }, cautious: 'low' },
    ],
    [{ low: 'cautious' }, { of: 'elo', attribute: 'elo' }],
    [{}, { of: 'elo', attribute: 'elo' }],
  ])(
    'takes chances from ratings where %o supplies them, else from balancedAttribute',
    (ratingAttributes, by) => {
      const ruleSet = { algorithm: { ...algorithm, balancedAttribute: 'elo' } };

      expect(qualityTarget({ quality, ratingAttributes }, ruleSet)).toEqual({
        within: expect.closeTo(0.05),
        easesAt: [20_000, 40_000],
        by,
      });
      expect(qualityTarget({ ratingAttributes }, ruleSet)).toBeUndefined();
    },
  );

  test('is refused where nothing says how good players are', () => {
    const [problem, ...others] = checkQuality({ quality, ratingAttributes: {} }, { algorithm });

    expect(problem).toMatchObject({ path: 'quality', message: expect.stringContaining('balancedAttribute') });
    expect(others).toEqual([]);
    expect(checkQuality({ quality, ratingAttributes: { skill: 'mu' } }, { algorithm })).toEqual([]);
    expect(checkQuality({ ratingAttributes: {} }, { algorithm })).toEqual([]);
  });
});

test('a short run of live traffic is as even as the bench asks for, and a target makes it more so at little wait', () => {
  const alone = measureQuality(solos, 'without', 1, 240);
  const together = measureQuality(parties, 'without', 1, 240);
  const aimed = measureQuality(parties, 'with target', 1, 240);

  expect(alone.even).toBeGreaterThanOrEqual(0.95);
  expect(together.even).toBeGreaterThanOrEqual(0.7);
  expect(aimed.even).toBeGreaterThanOrEqual(Math.max(0.9, together.even));
  expect(aimed.matches).toBeGreaterThanOrEqual(0.95 * together.matches);
  expect(aimed.waitP50).toBeLessThanOrEqual(1.2 * together.waitP50);
});
