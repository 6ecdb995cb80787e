import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { violations } from '../../../jobs/invariants/naive-checker.ts';
import { chanceFrom } from '../../../jobs/matchmaking/engine/chance.ts';
import { formMatches } from '../../../jobs/matchmaking/engine/form-matches.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import { engineOf, matchesOf, now, ticket } from './builders.ts';
import { propertyRuns } from './property-runs.ts';

vi.setConfig({ testTimeout: 600_000 });

const large = { strategy: 'balanced', balancedAttribute: 'skill', batchingPreference: 'largestPopulation' };

function squads(quantity: number, size: number, minPlayers = size) {
  return {
    ruleLanguageVersion: '1.0',
    playerAttributes: [{ name: 'skill', type: 'number', default: 0 }],
    teams: [{ name: 'squad', minPlayers, maxPlayers: size, quantity }],
    rules: [],
    algorithm: quantity * size > 40 ? large : { strategy: 'exhaustiveSearch' },
  };
}

const parties = (sizes: readonly number[], seed: number) => {
  const chance = chanceFrom(seed);
  const shuffled = sizes
    .map((size) => ({ size, at: chance() }))
    .sort((a, b) => a.at - b.at)
    .map(({ size }) => size);
  return shuffled.map((size, index) =>
    ticket(
      `t${index}-`,
      Array.from({ length: size }, () => ({ skill: Math.round(chance() * 1_000) })),
      shuffled.length - index,
    ),
  );
};

test.each([
  [25, 4, [...Array(20).fill(4), 3, 3, 2, 2, 2, 2, 2, 2, 1, 1, 3, 3, 3, 3]],
  [33, 3, [...Array(24).fill(3), 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2]],
  [2, 5, [4, 4, 3, 2, 2, 3, 3]],
])('%i squads of %i are filled by the parties that exactly fill them', (quantity, size, sizes) => {
  for (let seed = 1; seed <= 10; seed++) {
    const raw = squads(quantity, size);

    const [match] = matchesOf(raw, parties(sizes, seed));

    expect(match && violations(raw, match, now)).toEqual([]);
  }
});

const partition = (size: number) =>
  fc.array(fc.integer({ min: 1, max: size }), { minLength: 1, maxLength: size }).map((cuts) => {
    const sizes: number[] = [];
    for (let left = size, at = 0; left > 0; at++) {
      const next = Math.min(left, cuts[at % cuts.length] ?? 1);
      sizes.push(next);
      left -= next;
    }
    return sizes;
  });

test('where some choice of the waiting parties fills a match exactly, one is formed', () => {
  fc.assert(
    fc.property(
      fc.constantFrom([2, 5], [3, 4], [4, 3], [2, 20], [12, 4], [20, 5]).chain(([quantity = 2, size = 2]) =>
        fc.record({
          quantity: fc.constant(quantity),
          size: fc.constant(size),
          fitting: fc.array(partition(size), { minLength: quantity, maxLength: quantity }),
          others: fc.array(fc.integer({ min: Math.ceil(size / 2), max: size + 1 }), { maxLength: 8 }),
        }),
      ),
      fc.nat(),
      ({ quantity, size, fitting, others }, seed) => {
        const waiting = parties([...fitting.flat(), ...others], seed);

        const { matches } = formMatches(engineOf(squads(quantity, size)), waiting, now, seed);

        expect(matches.length).toBeGreaterThan(0);
      },
    ),
    propertyRuns(),
  );
});

test('a pass that counting rules out tries no ticket on any team', () => {
  const pool = new MatchPool(engineOf(squads(25, 4)));
  for (const it of parties(Array(60).fill(3), 1)) pool.add(it);

  expect(pool.pass(now, 1, 1)).toMatchObject({ matches: [], unfinished: false });
});
