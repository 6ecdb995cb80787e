import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import { engineOf, now, pass, ticket, versus } from './engine/builders.ts';
import { propertyRuns } from './engine/property-runs.ts';

const flat = (attribute: string) => `flatten(teams[*].players.attributes[${attribute}])`;
const meets = (raw: object, ...parties: number[][]) =>
  pass(
    raw,
    parties.map((skills, index) =>
      ticket(
        `t${index}`,
        skills.map((skill) => ({ skill })),
        60 - index,
      ),
    ),
  ).length === 1;

/** Whole tenths, so that what is equal in arithmetic is known exactly, at several magnitudes. */
const tenths = fc.integer({ min: -1_000, max: 1_000 });
const magnitude = fc.constantFrom(0, 1_000, 1_000_000);

describe('bounds are inclusive for decimals, whatever their order of adding', () => {
  test('three party members of 0.7 are at least 0.7, and 1.0 and 1.1 are 0.1 apart', () => {
    const atLeast = {
      type: 'comparison',
      measurements: [flat('skill')],
      operation: '>=',
      referenceValue: 0.7,
    };

    expect(meets(versus(3, [atLeast]), [0.7, 0.7, 0.7], [0.7, 0.7, 0.7])).toBe(true);
    expect(
      meets(versus(1, [{ type: 'batchDistance', batchAttribute: 'skill', maxDistance: 0.1 }]), [1], [1.1]),
    ).toBe(true);
  });

  test.each(['<', '<=', '=', '!=', '>', '>='])(
    'sums of the same numbers in another order are equal: %s',
    (operation) => {
      const rule = {
        type: 'comparison',
        measurements: ['sum(teams[red].players.attributes[skill])'],
        referenceValue: 'sum(teams[blue].players.attributes[skill])',
        operation,
        partyAggregation: 'avg',
      };
      fc.assert(
        fc.property(fc.array(tenths, { minLength: 3, maxLength: 3 }), magnitude, (numbers, base) => {
          const skills = numbers.map((number) => base + number / 10);

          const reversed = skills.toReversed();
          expect(meets(versus(3, [rule]), skills, reversed)).toBe(
            operation.includes('=') && operation !== '!=',
          );
        }),
        propertyRuns(0.05),
      );
    },
  );

  test('a spread of exactly maxDistance passes, and one of a tenth more does not', () => {
    const spread = {
      distance: (limit: number) => ({
        type: 'distance',
        measurements: [`max(${flat('skill')})`],
        referenceValue: `min(${flat('skill')})`,
        maxDistance: limit,
      }),
      batchDistance: (limit: number) => ({
        type: 'batchDistance',
        batchAttribute: 'skill',
        maxDistance: limit,
      }),
    };
    fc.assert(
      fc.property(
        tenths,
        fc.nat(1_000),
        magnitude,
        fc.constantFrom('distance' as const, 'batchDistance' as const),
        (low, gap, base, type) => {
          const raw = versus(1, [spread[type](gap / 10)]);

          expect(meets(raw, [base + low / 10], [base + (low + gap) / 10])).toBe(true);
          expect(meets(raw, [base + low / 10], [base + (low + gap + 1) / 10])).toBe(false);
        },
      ),
      propertyRuns(0.1),
    );
  });

  test('equal averages of parties share a bucket', () => {
    const same = {
      type: 'comparison',
      measurements: [flat('skill')],
      operation: '=',
      partyAggregation: 'avg',
    };

    expect(meets(versus(3, [same]), [0.1, 0.2, 0.3], [0.3, 0.2, 0.1])).toBe(true);
    expect(meets(versus(3, [{ ...same, operation: '!=' }]), [0.1, 0.2, 0.3], [0.3, 0.2, 0.1])).toBe(false);
  });

  test('equal numbers of any size have no deviation', () => {
    const alike = {
      type: 'comparison',
      measurements: ['stddev(teams[*].players.attributes[skill])'],
      operation: '=',
      referenceValue: 0,
    };

    for (const skill of [0.1, 1_000_000.1, 1e12 / 3])
      expect(meets(versus(3, [alike]), [skill, skill, skill], [skill, skill, skill])).toBe(true);
  });

  test('an explanation never tells of a miss that is only rounding', () => {
    const rules = [
      { type: 'batchDistance', batchAttribute: 'skill', maxDistance: 0.1 },
      { type: 'comparison', measurements: [flat('mode')], operation: '=', referenceValue: 'x' },
    ];
    const pool = new MatchPool(engineOf(versus(1, rules)));
    const [one, other] = [ticket('a', { skill: 1, mode: 'x' }), ticket('b', { skill: 1.1, mode: 'y' })];
    pool.add(one);
    pool.add(other);

    expect(pool.explain(one, now).nearestMiss).toEqual({ ticketId: 'b', rule: 'rule1' });
  });
});

describe('an average over nobody makes undefined whatever contains it', () => {
  const teams = ['red', 'blue', 'green'].map((name) => ({ name, minPlayers: 0, maxPlayers: 1 }));

  test.each(['min', 'max', 'avg', 'median', 'sum', 'stddev', 'count'])(
    '%s of averages, wherever the empty team stands',
    (outer) => {
      for (const empty of ['red', 'blue', 'green']) {
        const rules = [
          {
            type: 'comparison',
            measurements: [`${outer}(avg(teams[*].players.attributes[skill]))`],
            operation: '<',
            referenceValue: 1_000,
          },
        ];

        const keptEmpty = {
          type: 'comparison',
          measurements: [`count(teams[${empty}].players)`],
          operation: '=',
          referenceValue: 0,
        };

        expect(meets(versus(1, [...rules, keptEmpty], { teams }), [1], [2])).toBe(false);
        expect(meets(versus(1, [keptEmpty], { teams }), [1], [2])).toBe(true);
      }
    },
  );
});
