import { expect, test } from 'vitest';
import { distributionOf } from '../../jobs/ladder/percentile.ts';
import { newcomer } from '../../jobs/ladder/rating.ts';
import { openRatingDistributions } from '../../workers/records/rating-distributions.ts';
import { openFleetStores } from '../support/fleet-stores.ts';

const now = 100 * 86_400_000;

test('a measurement that is broken off goes on where it was, and comes to the same; those who are equal are all met', async () => {
  await using fleet = await openFleetStores();
  const { stores, db } = fleet;
  // Half of them are equal, across the ends of several steps.
  const means = Array.from({ length: 950 }, (_, n) => (n % 2 === 0 ? 25 : n / 20)).sort((a, b) => a - b);
  for (let from = 0; from < means.length; from += 500)
    await stores.players.move(
      'default',
      means.slice(from, from + 500).map((mu, n) => ({
        playerId: `p${from + n}`,
        rating: { ...newcomer, mu, version: 1, games: 1, at: now - 1 },
        from: undefined,
      })),
      new Date(),
    );
  let steps = 0;
  const measure = async () => {
    // Each step is a worker's of its own, which knows nothing of those before.
    steps++;
    return openRatingDistributions(db, 100).measureNext(['default'], now, 0);
  };

  while ((await measure())?.over === false)
    expect(await openRatingDistributions(db).read('default')).toEqual([]);

  expect(steps).toBe(10);
  expect(await openRatingDistributions(db).read('default')).toEqual(distributionOf(means));
  expect(await db.collection('rating_distribution').findOne()).toMatchObject({ players: 950 });
  expect(await measure()).toBeUndefined();
});
