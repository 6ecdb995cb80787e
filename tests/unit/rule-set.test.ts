import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRuleSet } from '../../jobs/invariants/naive-literals.ts';
import { checkTicket } from '../../jobs/rule-set/check-ticket.ts';
import { stepsBeyond } from '../../jobs/rule-set/doubts.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { ticket, versus } from './engine/builders.ts';

const flat = (attribute: string) => `flatten(teams[*].players.attributes[${attribute}])`;

function problemsOf(raw: RawRuleSet): Record<string, string> {
  const loaded = loadRuleSet(JSON.stringify(raw));
  return Object.fromEntries(loaded.ok ? [] : loaded.problems.map(({ path, message }) => [path, message]));
}

function loaded(raw: RawRuleSet | string) {
  const result = loadRuleSet(typeof raw === 'string' ? raw : JSON.stringify(raw));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result;
}

describe('lenient where FlexMatch is', () => {
  test('comments, missing name and rules, and numbers as strings load', () => {
    const body = `{ // a comment
      "ruleLanguageVersion": "1.0", /* "teams": [] */
      "playerAttributes": [{ "name": "a//b", "type": "number", "default": "7" }],
      "teams": [{ "name": "red", "minPlayers": "1", "maxPlayers": "2" }] }`;

    const { ruleSet } = loaded(body);

    expect(ruleSet.teams).toEqual([{ name: 'red', minPlayers: 1, maxPlayers: 2, quantity: 1 }]);
    expect(ruleSet.attributes).toEqual([{ name: 'a//b', type: 'number', default: 7 }]);
  });

  test('property names are read whatever their case, and an unknown one is ignored with a warning', () => {
    const { ruleSet, warnings } = loaded({
      ...versus(1),
      algorithm: { strategy: 'exhaustiveSearch', batchingPreference: 'sorted', sortbyAttributes: ['skill'] },
      author: 'somebody',
    });

    expect(ruleSet.algorithm.sortByAttributes).toEqual(['skill']);
    expect(warnings.map((warning) => warning.path)).toContain('author');
  });

  test('a space before a bracket, [playerid], team[…] and a bare measurements string are understood', () => {
    const rule = {
      type: 'comparison',
      measurements: 'count (team[red].players[playerid])',
      operation: '>',
      referenceValue: '0',
    };

    expect(problemsOf(versus(1, [rule]))).toEqual({});
  });
});

describe('refused, with everything wrong at once', () => {
  test('each problem has a path, what was found, what is allowed and the nearest spelling', () => {
    const problems = problemsOf({
      teams: [{ name: 'red', minPlayers: 3, maxPlayers: 2 }],
      playerAttributes: [{ name: 'skill', type: 'numbr' }],
      rules: [
        { name: 'a', type: 'distanc' },
        { name: 'b', type: 'batchDistance', batchAttribute: 'skil', maxDistnce: 1 },
        { name: 'b', type: 'latency', maxLatency: -1 },
        { name: 'c', type: 'compound', statement: 'and(a, missing' },
      ],
      expansions: [
        {
          target: 'rules[B].maxLatency',
          steps: [
            { waitTimeSeconds: 5, value: 1 },
            { waitTimeSeconds: 4, value: 2 },
          ],
        },
      ],
    });

    expect(problems).toMatchObject({
      ruleLanguageVersion: 'must be "1.0", found nothing',
      'teams[0].minPlayers': 'must be at most maxPlayers (2), found 3',
      'playerAttributes[0].type': expect.stringContaining('did you mean "number"?'),
      'rules[0].type': expect.stringContaining('did you mean "distance"?'),
      'rules[1].maxDistnce': 'a batchDistance rule has no "maxDistnce" (did you mean "maxDistance"?)',
      'rules[1].batchAttribute': expect.stringContaining('found "skil"'),
      'rules[2].name': 'another rule is already named "b"',
      'rules[2].maxLatency': 'must be a number of at least 0, found -1',
      'rules[3].statement': '"and(" is not closed',
      'expansions[0].target': expect.stringContaining('there is no rule "B"'),
    });
  });

  test.each([
    ['an unknown function', `avgr(${flat('skill')})`, 'did you mean "avg"?'],
    ['an unknown team', 'count(teams[rde].players)', 'did you mean "red"?'],
    ['an unknown attribute', `avg(${flat('skil')})`, 'did you mean "skill"?'],
    ['no expression at all', 'players', 'expected the like of teams[*]'],
    ['an aggregate of strings', `avg(${flat('mode')})`, 'avg needs a list of numbers'],
  ])('%s is named', (_, measurement, expected) => {
    const rule = { type: 'comparison', measurements: [measurement], operation: '>', referenceValue: 0 };

    expect(problemsOf(versus(1, [rule]))['rules[0].measurements[0]']).toContain(expected);
  });

  test.each([
    ['', 'must be 1 to 65535 characters long, found 0'],
    ['[]', 'must be an object, found an empty list'],
    ['{"teams": ', 'is not JSON: line 1, column 11'],
  ])('a body that is no rule set: %j', (body, message) => {
    const result = loadRuleSet(body);

    expect(result.ok ? '' : result.problems[0]?.message).toContain(message);
  });

  test('a compound may name earlier rules only, and neither batchDistance nor sort rules', () => {
    const near = { name: 'near', type: 'batchDistance', batchAttribute: 'skill', maxDistance: 1 };
    const both = { name: 'both', type: 'compound', statement: 'and(near, later)' };

    expect(problemsOf(versus(1, [near, both]))['rules[1].statement']).toContain('names "later"');
  });

  test('a large match takes latency and batchDistance rules only, but 40 players balanced is still small', () => {
    const teams = (size: number) =>
      ['red', 'blue'].map((name) => ({ name, minPlayers: 1, maxPlayers: size }));
    const rule = { type: 'comparison', measurements: [flat('mode')], operation: '=' };
    const algorithm = { strategy: 'balanced', balancedAttribute: 'skill' };

    expect(problemsOf(versus(1, [rule], { teams: teams(20), algorithm }))).toEqual({});
    expect(problemsOf(versus(1, [rule], { teams: teams(21), algorithm }))['rules[0].type']).toContain(
      'latency or batchDistance',
    );
  });

  test('no body makes the loader throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((value) => JSON.stringify(value)),
          fc
            .record({
              teams: fc.jsonValue(),
              rules: fc.array(fc.jsonValue()),
              expansions: fc.jsonValue(),
              algorithm: fc.jsonValue(),
              playerAttributes: fc.jsonValue(),
            })
            .map((value) => JSON.stringify(value)),
        ),
        (body) => {
          expect(typeof loadRuleSet(body).ok).toBe('boolean');
        },
      ),
    );
  });
});

test('what loads but cannot work is warned about', () => {
  const { ruleSet, warnings } = loaded(
    versus(
      1,
      [
        {
          type: 'collection',
          operation: 'contains',
          measurements: [flat('roles')],
          referenceValue: 'x',
          minCount: 3,
        },
      ],
      {
        expansions: [{ target: 'teams[red].minPlayers', steps: [{ waitTimeSeconds: 90, value: 0 }] }],
      },
    ),
  );

  expect(warnings.map(({ path }) => path)).toEqual([
    'playerAttributes[0]',
    'playerAttributes[1]',
    'playerAttributes[3]',
    'rules[0].minCount',
  ]);
  expect(stepsBeyond(ruleSet, 60).map(({ path }) => path)).toEqual([
    'expansions[0].steps[0].waitTimeSeconds',
  ]);
});

test.each<[string, object, string]>([
  ['more players than there are', { operation: '>', referenceValue: 2 }, 'rules[0].referenceValue'],
  ['fewer players than none', { operation: '<', referenceValue: 0 }, 'rules[0].referenceValue'],
])('a count held to %s is warned about', (_, limits, path) => {
  const rule = { type: 'comparison', measurements: ['count(teams[red].players)'], ...limits };

  expect(loaded(versus(1, [rule])).warnings.map((warning) => warning.path)).toContain(path);
});

test('a rule that an expansion mends is no matter, one that stays impossible is', () => {
  const rule = {
    type: 'distance',
    measurements: [`avg(${flat('skill')})`],
    referenceValue: 0,
    minDistance: 5,
    maxDistance: 1,
  };
  const relaxedTo = (value: number) =>
    loaded(
      versus(1, [rule], {
        expansions: [{ target: 'rules[rule0].maxDistance', steps: [{ waitTimeSeconds: 9, value }] }],
      }),
    ).warnings.map(({ message }) => message);

  expect(relaxedTo(9)).not.toContainEqual(expect.stringContaining('no match can pass'));
  expect(relaxedTo(4)).toContainEqual('no match can pass: it is above maxDistance (1)');
});

test('a team that an expansion shuts is warned about', () => {
  const shut = (property: string, value: number) =>
    loaded(
      versus(1, [], {
        expansions: [{ target: `teams[red].${property}`, steps: [{ waitTimeSeconds: 9, value }] }],
      }),
    ).warnings.map(({ path, message }) => `${path}: ${message}`);

  expect(shut('maxPlayers', 0)).toContain('teams[0].maxPlayers: no party fits "red" from 9 s on: it is 0');
  expect(shut('minPlayers', 2)).toContain(
    'teams[0].minPlayers: no party fits "red" from 9 s on: it is above maxPlayers (1)',
  );
});

describe('a ticket against its rule set', () => {
  const { ruleSet } = loaded(versus(2));

  test('a wrong type, a repeated player and a party no team takes are problems; a missing attribute is none', () => {
    const wrong = { players: [...ticket('t', [{ skill: 'x' }, {}, {}]).players, ...ticket('t1').players] };

    expect(checkTicket(ruleSet, wrong)).toEqual([
      { path: 'players[0].attributes.skill', message: 'must be a number (N), found S' },
      { path: 'players[3].playerId', message: '"t1" is in this ticket twice' },
      { path: 'players', message: 'a party of 4 fits no team; the largest takes 2 players' },
    ]);
    expect(checkTicket(ruleSet, ticket('t'))).toEqual([]);
  });
});
