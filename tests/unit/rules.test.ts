import { describe, expect, test } from 'vitest';
import { matchesOf, pass, ticket, versus } from './engine/builders.ts';

const flat = (attribute: string) => `flatten(teams[*].players.attributes[${attribute}])`;
const together = (raw: object, ...players: object[]) =>
  pass(
    raw,
    players.map((player, index) => ticket(`t${index}`, player as never, 60 - index)),
  ).length === 1;

describe('comparison', () => {
  test.each([
    ['<', 40, 60, false],
    ['<=', 50, 50, true],
    ['=', 50, 50, true],
    ['!=', 50, 51, false],
    ['>', 51, 60, true],
    ['>=', 49, 60, false],
  ])('every player must be %s 50: %i and %i', (operation, one, other, expected) => {
    const rule = { type: 'comparison', measurements: flat('skill'), operation, referenceValue: 50 };

    expect(together(versus(1, [rule]), { skill: one }, { skill: other })).toBe(expected);
  });

  test('without reference, = wants all equal and != all different, strings as well as numbers', () => {
    const same = { type: 'comparison', measurements: [flat('mode')], operation: '=' };
    const different = { type: 'comparison', measurements: [flat('skill')], operation: '!=' };

    expect(together(versus(1, [same]), { mode: 'a' }, { mode: 'a' })).toBe(true);
    expect(together(versus(1, [same]), { mode: 'a' }, { mode: 'b' })).toBe(false);
    expect(together(versus(1, [different]), { skill: 1 }, { skill: 2 })).toBe(true);
    expect(together(versus(1, [different]), { skill: 1 }, { skill: 1 })).toBe(false);
  });

  test('across players each member of a party counts alone, so ranks 1 and 3 do not equal a 2', () => {
    const same = { type: 'comparison', measurements: [flat('skill')], operation: '=' };

    expect(together(versus(2, [same]), [{ skill: 1 }, { skill: 3 }], [{ skill: 2 }, { skill: 2 }])).toBe(
      false,
    );
  });

  test('a team average is undefined while the team is empty, and then fails a finished match', () => {
    const rule = {
      type: 'comparison',
      measurements: ['avg(teams[*].players.attributes[skill])'],
      operation: '>',
      referenceValue: 0,
    };
    const teams = [{ name: 'red', minPlayers: 0, maxPlayers: 1, quantity: 2 }];

    expect(together(versus(1, [rule], { teams }), { skill: 5 })).toBe(false);
    expect(together(versus(1, [rule], { teams }), { skill: 5 }, { skill: 5 })).toBe(true);
  });

  test('equal team sizes are met by the largest even split', () => {
    const equal = {
      type: 'comparison',
      measurements: ['count(teams[red].players)'],
      referenceValue: 'count(teams[blue].players)',
      operation: '=',
    };
    const teams = ['red', 'blue'].map((name) => ({ name, minPlayers: 4, maxPlayers: 8 }));
    const tickets = Array.from({ length: 9 }, (_, index) => ticket(`t${index}`, {}, 60 - index));

    expect(
      matchesOf(versus(4, [equal], { teams }), tickets)[0]?.teams.map((team) => team.playerIds.length),
    ).toEqual([4, 4]);
  });
});

describe('distance', () => {
  const spread = (limits: object, partyAggregation = 'avg') => ({
    type: 'distance',
    measurements: [`max(${flat('skill')})`],
    referenceValue: `min(${flat('skill')})`,
    partyAggregation,
    ...limits,
  });

  test('both ends of a limit are included', () => {
    expect(together(versus(1, [spread({ maxDistance: 10 })]), { skill: 0 }, { skill: 10 })).toBe(true);
    expect(together(versus(1, [spread({ maxDistance: 10 })]), { skill: 0 }, { skill: 11 })).toBe(false);
    expect(together(versus(1, [spread({ minDistance: 10 })]), { skill: 0 }, { skill: 10 })).toBe(true);
    expect(together(versus(1, [spread({ minDistance: 10 })]), { skill: 0 }, { skill: 9 })).toBe(false);
  });

  test.each([
    ['avg', true],
    ['min', false],
    ['max', false],
  ])('a party counts as its %s', (partyAggregation, expected) => {
    const raw = versus(2, [spread({ maxDistance: 5 }, partyAggregation)]);

    expect(together(raw, [{ skill: 0 }, { skill: 100 }], [{ skill: 50 }, { skill: 50 }])).toBe(expected);
  });

  test('each team average within reach of the match average (docs ex. 1)', () => {
    const fair = {
      type: 'distance',
      measurements: ['avg(teams[*].players.attributes[skill])'],
      referenceValue: `avg(${flat('skill')})`,
      maxDistance: 10,
    };

    expect(together(versus(1, [fair]), { skill: 0 }, { skill: 20 })).toBe(true);
    expect(together(versus(1, [fair]), { skill: 0 }, { skill: 21 })).toBe(false);
  });
});

describe('batchDistance', () => {
  test('numbers at most maxDistance apart, strings the same', () => {
    const near = { type: 'batchDistance', batchAttribute: 'skill', maxDistance: '5' };
    const same = { type: 'batchDistance', batchAttribute: 'mode' };

    expect(together(versus(1, [near]), { skill: 0 }, { skill: 5 })).toBe(true);
    expect(together(versus(1, [near]), { skill: 0 }, { skill: 6 })).toBe(false);
    expect(together(versus(1, [same]), { mode: 'a' }, { mode: 'b' })).toBe(false);
  });
});

describe('collection', () => {
  test('intersection counts what all players share', () => {
    const shared = {
      type: 'collection',
      operation: 'intersection',
      measurements: [flat('roles')],
      minCount: 1,
    };

    expect(together(versus(1, [shared]), { roles: ['a', 'b'] }, { roles: ['b', 'c'] })).toBe(true);
    expect(together(versus(1, [shared]), { roles: ['a'] }, { roles: ['c'] })).toBe(false);
  });

  test('contains counts players, each by their own list, whatever the aggregation', () => {
    const medics = {
      type: 'collection',
      operation: 'contains',
      measurements: [flat('roles')],
      referenceValue: 'medic',
      maxCount: 1,
    };

    expect(together(versus(1, [medics]), { roles: ['medic'] }, { roles: [] })).toBe(true);
    expect(together(versus(1, [medics]), { roles: ['medic'] }, { roles: ['medic'] })).toBe(false);
    for (const partyAggregation of ['union', 'intersection', undefined]) {
      const raw = versus(2, [{ ...medics, partyAggregation }]);
      expect(together(raw, [{ roles: ['medic'] }, { roles: ['medic'] }], [{}, {}])).toBe(false);
      expect(together(raw, [{ roles: ['medic'] }, {}], [{}, {}])).toBe(true);
    }
  });

  test('eight players in two parties of four meet contains with minCount 8', () => {
    const classic = {
      type: 'collection',
      operation: 'contains',
      measurements: [flat('roles')],
      referenceValue: 'Classic',
      minCount: 8,
    };
    const party = (last: string) =>
      ['Classic', 'Classic', 'Classic', last].map((role) => ({ roles: [role] }));

    expect(together(versus(4, [classic]), party('Classic'), party('Classic'))).toBe(true);
    expect(together(versus(4, [classic]), party('Classic'), party('Ranked'))).toBe(false);
  });

  test('a block list works both ways (docs ex. 11)', () => {
    const blocks = {
      type: 'collection',
      operation: 'reference_intersection_count',
      measurements: flat('roles'),
      referenceValue: 'flatten(teams[*].players[playerId])',
      maxCount: 0,
    };

    expect(together(versus(1, [blocks]), { roles: ['t1'] }, {})).toBe(false);
    expect(together(versus(1, [blocks]), {}, { roles: ['t0'] })).toBe(false);
    expect(together(versus(1, [blocks]), { roles: ['t7'] }, {})).toBe(true);
  });

  test("each player's own value is among what all prefer, until relaxed at 15 s (docs ex. 5)", () => {
    const raw = versus(
      1,
      [
        {
          name: 'OpponentMatch',
          type: 'collection',
          operation: 'reference_intersection_count',
          measurements: [flat('mode')],
          referenceValue: `set_intersection(${flat('roles')})`,
          minCount: 1,
        },
      ],
      {
        expansions: [{ target: 'rules[OpponentMatch].minCount', steps: [{ waitTimeSeconds: 15, value: 0 }] }],
      },
    );
    const pair = (age: number) => [
      ticket('a', { mode: 'cat', roles: ['cat', 'dog'] }, age),
      ticket('b', { mode: 'dog', roles: ['cat'] }, age),
    ];

    expect(pass(raw, pair(14))).toEqual([]);
    expect(pass(raw, pair(15))).toEqual([['a', 'b']]);
  });
});

describe('compound', () => {
  const low = {
    name: 'low',
    type: 'comparison',
    measurements: [flat('skill')],
    operation: '<',
    referenceValue: 10,
  };
  const same = { name: 'same', type: 'comparison', measurements: [flat('mode')], operation: '=' };
  const stated = (statement: string) => versus(1, [low, same, { name: 'both', type: 'compound', statement }]);
  const players = (skill: number, mode: string) =>
    [
      { skill, mode: 'a' },
      { skill, mode },
    ] as const;

  test.each([
    ['and(low, same)', [true, false, false, false]],
    ['or(low,same)', [true, true, true, false]],
    ['xor(low, same)', [false, true, true, false]],
    ['not(and(low, same))', [false, true, true, true]],
    ['or(not(low), same)', [true, false, true, true]],
  ])('%s, and its members are not enforced by themselves', (statement, expected) => {
    const raw = stated(statement);

    expect([
      together(raw, ...players(5, 'a')),
      together(raw, ...players(5, 'b')),
      together(raw, ...players(50, 'a')),
      together(raw, ...players(50, 'b')),
    ]).toEqual(expected);
  });

  test('not of an undecided rule is undecided, and fails a finished match', () => {
    const average = {
      name: 'avg',
      type: 'comparison',
      measurements: ['avg(teams[blue].players.attributes[skill])'],
      operation: '>',
      referenceValue: 0,
    };
    const teams = ['red', 'blue'].map((name) => ({ name, minPlayers: 0, maxPlayers: 1 }));
    const raw = versus(1, [average, { name: 'c', type: 'compound', statement: 'not(avg)' }], { teams });

    expect(together(raw, { skill: 5 })).toBe(false);
  });
});
