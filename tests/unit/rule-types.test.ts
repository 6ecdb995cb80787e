import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadRuleSet } from '../../jobs/matchmaking/rule-set/load.ts';
import { pass, ticket, versus } from './engine/builders.ts';
import type { RawRuleSet } from './engine/naive-checker.ts';

const flat = (attribute: string) => `flatten(teams[*].players.attributes[${attribute}])`;

function problemsOf(raw: RawRuleSet): string[] {
  const loaded = loadRuleSet(JSON.stringify(raw));
  return loaded.ok ? [] : loaded.problems.map(({ path, message }) => `${path}: ${message}`);
}

const plays = (raw: RawRuleSet, player: object, age = 60) =>
  pass(raw, [ticket('a', player as never, age), ticket('b', player as never, age)]).length === 1;

const compared = (attribute: string, operation: string, referenceValue: unknown) => ({
  type: 'comparison',
  measurements: [flat(attribute)],
  operation,
  referenceValue,
});

describe('a literal takes the type of what it is compared with', () => {
  test('every string, numerals included, equals itself and no other in a comparison of strings', () => {
    const word = fc.oneof(fc.integer().map(String), fc.constantFrom('0012', '1.0', '1e3', ' 7', 'duel'));
    fc.assert(
      fc.property(word, word, (version, reference) => {
        const same = version === reference;
        expect(plays(versus(1, [compared('mode', '=', reference)]), { mode: version })).toBe(same);
        expect(plays(versus(1, [compared('mode', '!=', reference)]), { mode: version })).toBe(!same);
      }),
      { numRuns: 50 },
    );
  });

  test('a number stands for its digits beside strings, digits for their number beside numbers', () => {
    expect(plays(versus(1, [compared('mode', '=', 12)]), { mode: '12' })).toBe(true);
    expect(plays(versus(1, [compared('skill', '=', '12')]), { skill: 12 })).toBe(true);
    expect(
      plays(versus(1, [{ ...compared('roles', '=', 12), type: 'collection', operation: 'contains' }]), {
        roles: ['12'],
      }),
    ).toBe(true);
  });

  test('so does the value of an expansion step', () => {
    const relaxed = (rule: object, value: unknown) =>
      versus(1, [rule], {
        expansions: [{ target: 'rules[rule0].referenceValue', steps: [{ waitTimeSeconds: 9, value }] }],
      });
    const count = { ...compared('skill', '=', 3), measurements: ['count(flatten(teams[*].players))'] };

    expect(plays(relaxed(count, '2'), {})).toBe(true);
    expect(plays(relaxed(compared('mode', '=', 'x'), '12'), { mode: '12' })).toBe(true);
    expect(plays(relaxed(compared('mode', '=', 'x'), 12), { mode: '12' }, 1)).toBe(false);
  });
});

describe('types that cannot be compared are a problem', () => {
  test.each<[string, object, string]>([
    ['a number with a word', compared('skill', '=', 'abc'), 'rules[0].referenceValue'],
    ['the order of strings', compared('mode', '<', 5), 'rules[0].operation'],
    ['the order of strings and a word', compared('mode', '>=', 'b'), 'rules[0].operation'],
    ['numbers with strings', compared('skill', '=', flat('mode')), 'rules[0].referenceValue'],
    [
      'numbers and strings with one reference',
      { ...compared('skill', '=', 5), measurements: [flat('skill'), flat('mode')] },
      'rules[0].measurements',
    ],
  ])('%s', (_, rule, path) => {
    expect(problemsOf(versus(1, [rule]))).toEqual([expect.stringMatching(`^${RegExp.escape(path)}: `)]);
  });

  test.each<[string, unknown, object]>([
    ['referenceValue', 'abc', compared('skill', '=', 5)],
    ['referenceValue', ['a'], compared('mode', '=', 'a')],
    ['operation', '<', compared('mode', '=', 'a')],
    ['operation', '<', { type: 'comparison', measurements: [flat('skill')], operation: '=' }],
    ['operation', '<', { ...compared('roles', 'contains', 'a'), type: 'collection' }],
    ['partyAggregation', 'min', { ...compared('roles', 'contains', 'a'), type: 'collection' }],
    ['minCount', 1.5, { ...compared('roles', 'contains', 'a'), type: 'collection' }],
  ])('an expansion step is held to the same: %s %j', (property, value, rule) => {
    const raw = versus(1, [rule], {
      expansions: [{ target: `rules[rule0].${property}`, steps: [{ waitTimeSeconds: 9, value }] }],
    });

    expect(problemsOf(raw)).toEqual([expect.stringMatching(/^expansions\[0\]\.steps\[0\]\.value: /)]);
  });

  test('a step may set what a collection has', () => {
    const rule = { ...compared('roles', 'contains', 'a'), type: 'collection', minCount: 1 };
    const raw = versus(1, [rule], {
      expansions: [
        { target: 'rules[rule0].partyAggregation', steps: [{ waitTimeSeconds: 9, value: 'intersection' }] },
        { target: 'rules[rule0].referenceValue', steps: [{ waitTimeSeconds: 9, value: ['b'] }] },
      ],
    });

    expect(problemsOf(raw)).toEqual([]);
  });
});
