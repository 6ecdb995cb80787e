import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRuleSet } from '../../jobs/invariants/naive-literals.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { pass, ticket, versus } from './engine/builders.ts';

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
    const word = fc.oneof(
      fc.integer().map(String),
      fc.constantFrom('0012', '1.0', '1e3', ' 7', 'duel', 'Flag (classic)', 'a[1]'),
    );
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

  test('so does each entry of a list', () => {
    const rule = {
      ...compared('roles', '=', [12]),
      type: 'collection',
      operation: 'reference_intersection_count',
    };

    expect(plays(versus(1, [rule]), { roles: ['12'] })).toBe(true);
  });

  test('a misspelt function over teams is no string', () => {
    expect(problemsOf(versus(1, [compared('mode', '=', `smu(${flat('mode')})`)]))).toEqual([
      expect.stringMatching(/did you mean "sum"/),
    ]);
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

describe('lists, balancing and text', () => {
  const list = (measurements: string, more: object = {}) => ({
    type: 'collection',
    operation: 'intersection',
    measurements: [measurements],
    minCount: 1,
    ...more,
  });

  test.each<[string, object]>([
    ['a comparison of string lists', compared('roles', '=', 'a')],
    [
      'a comparison of common strings',
      { ...compared('x', '=', 'a'), measurements: [`set_intersection(${flat('roles')})`] },
    ],
    ['a collection over one flat list', list(`flatten(${flat('roles')})`)],
    ["a collection over one team's flattened lists", list('flatten(teams[red].players.attributes[roles])')],
    ['a collection over common strings', list(`set_intersection(${flat('roles')})`)],
  ])('%s is refused', (_, rule) => {
    expect(problemsOf(versus(1, [rule]))).toEqual([expect.stringContaining('string lists')]);
  });

  test('a collection over a list for each player, and a comparison with string lists counted, load', () => {
    const counted = { ...compared('x', '=', 0), measurements: [`count(${flat('roles')})`] };

    expect(
      problemsOf(versus(1, [list(flat('roles')), list('teams[red].players.attributes[roles]')])),
    ).toEqual([]);
    expect(problemsOf(versus(1, [list('teams[*].players.attributes[roles]'), counted]))).toEqual([]);
  });

  test('contains takes one value', () => {
    const contains = (reference: unknown) =>
      problemsOf(versus(1, [{ ...compared('roles', 'contains', reference), type: 'collection' }]));

    expect(contains(['a', 'b'])).toEqual([expect.stringContaining('must be one value')]);
    expect(contains(['a'])).toEqual([]);
  });

  test('"balanced" needs its attribute', () => {
    expect(problemsOf(versus(1, [], { algorithm: { strategy: 'balanced' } }))).toEqual([
      expect.stringMatching(/^algorithm\.balancedAttribute: is missing/),
    ]);
  });

  test('a byte-order mark is named', () => {
    const loaded = loadRuleSet(`\uFEFF${JSON.stringify(versus(1))}`);

    expect(loaded).toMatchObject({
      ok: false,
      problems: [{ message: expect.stringContaining('byte-order mark') }],
    });
  });
});

test('a broken rule or team is one problem, not one more for everything that names it', () => {
  const raw = versus(1, [
    { name: 'Broken', type: 'distance', measurements: [flat('skil')], referenceValue: 0, maxDistance: 1 },
    { name: 'Typo', type: 'distanc' },
    { name: 'Fine', ...compared('skill', '>', 1), measurements: ['count(teams[green].players)'] },
    { name: 'Both', type: 'compound', statement: 'and(Broken, or(Typo, Fine))' },
  ]);
  raw.teams.push({ name: 'green', minPlayers: -1, maxPlayers: 1 });
  raw.expansions = [
    { target: 'rules[Broken].maxDistance', steps: [{ waitTimeSeconds: 1, value: 2 }] },
    { target: 'rules[Typo].maxDistance', steps: [{ waitTimeSeconds: 1, value: 2 }] },
    { target: 'teams[green].minPlayers', steps: [{ waitTimeSeconds: 1, value: 0 }] },
  ];

  expect(problemsOf(raw).map((problem) => problem.split(':')[0])).toEqual([
    'teams[2].minPlayers',
    'rules[0].measurements[0]',
    'rules[1].type',
  ]);
});

describe('a limit on players that a party average can hide', () => {
  const hides = (raw: RawRuleSet) => {
    const loaded = loadRuleSet(JSON.stringify(raw));
    return loaded.warnings.filter(({ message }) => message.includes('average')).map(({ path }) => path);
  };
  const near = { type: 'distance', measurements: [flat('skill')], referenceValue: 50, maxDistance: 9 };

  test('is warned about, and the warning names min and max', () => {
    const rules = [
      compared('skill', '>=', 10),
      near,
      { ...compared('skill', '>=', 10), measurements: ['min(teams[red].players.attributes[skill])'] },
      { ...compared('skill', '>=', 'count(teams[red].players)') },
      { type: 'batchDistance', batchAttribute: 'skill', maxDistance: 9 },
      { type: 'latency', maxLatency: 100 },
    ];

    expect(hides(versus(2, rules))).toEqual(rules.map((_, index) => `rules[${index}].partyAggregation`));
  });

  test.each<[string, object, number]>([
    ['an aggregation is chosen', { ...near, partyAggregation: 'avg' }, 2],
    ['nobody can come in a party', near, 1],
    [
      'it limits the average of a team',
      { ...near, measurements: ['avg(teams[*].players.attributes[skill])'] },
      2,
    ],
    ['it is measured from the match itself', { ...near, referenceValue: `avg(${flat('skill')})` }, 2],
    ['it compares strings', compared('mode', '=', 'x'), 2],
    ['all values of the batch are one', { type: 'batchDistance', batchAttribute: 'mode' }, 2],
    ['it limits a sum', { ...compared('skill', '>=', 10), measurements: [`sum(${flat('skill')})`] }, 2],
  ])('no warning where %s', (_, rule, size) => {
    expect(hides(versus(size, [rule]))).toEqual([]);
  });
});
