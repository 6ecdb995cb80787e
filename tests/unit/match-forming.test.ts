import { describe, expect, test } from 'vitest';
import { formMatches } from '../../jobs/matchmaking/engine/form-matches.ts';
import { backfill, engineOf, matchesOf, now, pass, ticket, versus } from './engine/builders.ts';

const sizes = (teams: object[]) => ({ ruleLanguageVersion: '1.0', teams });

test('the oldest ticket is the anchor and is matched before younger ones', () => {
  const tickets = [
    ticket('old', { skill: 0 }, 9),
    ticket('mid', { skill: 50 }, 5),
    ticket('new', { skill: 51 }, 1),
  ];

  expect(pass(versus(1), tickets)).toEqual([['mid', 'old']]);
});

test('under closest the nearest in the limited number is chosen, under documented the next oldest', () => {
  const close = { type: 'batchDistance', batchAttribute: 'skill', maxDistance: 100 };
  const tickets = [
    ticket('a', { skill: 0 }, 9),
    ticket('b', { skill: 90 }, 5),
    ticket('c', { skill: 10 }, 1),
  ];

  expect(pass(versus(1, [close]), tickets, now, 'closest')).toEqual([['a', 'c']]);
  expect(pass(versus(1, [close]), tickets, now, 'documented')).toEqual([['a', 'b']]);
});

test('a pass ends with exchanges that bring the closest together', () => {
  const close = { type: 'batchDistance', batchAttribute: 'skill', maxDistance: 100 };
  const skills = { a: 50, b: 60, c: 0, d: 61, e: 51, f: 10 };
  const tickets = Object.entries(skills).map(([id, skill], index) => ticket(id, { skill }, 60 - index));

  expect(pass(versus(1, [close]), tickets).sort()).toEqual([
    ['a', 'e'],
    ['b', 'd'],
    ['c', 'f'],
  ]);
});

test('a team fills to its maximum before a match settles for the minimum', () => {
  const teams = sizes([{ name: 'all', minPlayers: 2, maxPlayers: 4 }]);
  const tickets = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, index) => ticket(id, {}, 60 - index));

  expect(pass(teams, tickets)).toEqual([
    ['a', 'b', 'c', 'd'],
    ['e', 'f'],
  ]);
});

test('a lone ticket can be a match', () => {
  expect(pass(sizes([{ name: 'solo', minPlayers: 1, maxPlayers: 1 }]), [ticket('a')])).toEqual([['a']]);
});

test("all of a ticket's players go to one team, and every team instance is listed, empty ones too", () => {
  const teams = sizes([{ name: 'squad', minPlayers: 0, maxPlayers: 2, quantity: 3 }]);

  const [match] = matchesOf(teams, [ticket('duo', [{}, {}])]);

  expect(match?.teams.map((team) => team.name)).toEqual(['squad_1', 'squad_2', 'squad_3']);
  expect(match?.teams.map((team) => team.playerIds.length).sort()).toEqual([0, 0, 2]);
});

test('a party larger than every team never matches', () => {
  const teams = sizes([{ name: 'eight', minPlayers: 1, maxPlayers: 8 }]);

  expect(
    pass(teams, [
      ticket(
        'ten',
        Array.from({ length: 10 }, () => ({})),
      ),
    ]),
  ).toEqual([]);
});

test('a ticket that lacks an attribute without default waits, its neighbours do not', () => {
  const raw = { ...versus(1), playerAttributes: [{ name: 'skill', type: 'number' }] };
  const tickets = [ticket('lacks', {}, 9), ticket('a', { skill: 1 }, 5), ticket('b', { skill: 2 }, 1)];

  expect(pass(raw, tickets)).toEqual([['a', 'b']]);
});

describe('expansions', () => {
  const steps = [
    { waitTimeSeconds: 30, value: 3 },
    { waitTimeSeconds: 40, value: 2 },
    { waitTimeSeconds: 45, value: 1 },
  ];
  const relaxed = (age?: string) => ({
    ruleLanguageVersion: '1.0',
    ...(age === undefined ? {} : { algorithm: { strategy: 'exhaustiveSearch', expansionAgeSelection: age } }),
    teams: [{ name: 'team', minPlayers: 4, maxPlayers: 4 }],
    expansions: [{ target: 'teams[team].minPlayers', steps }],
  });
  const pair = [ticket('p1', {}, 0), ticket('p2', {}, -10)];
  const later = (seconds: number) => now + seconds * 1000;

  test('newest: the youngest ticket of a partial match sets its age, so the older one matches alone first', () => {
    expect(pass(relaxed(), pair, later(44))).toEqual([]);
    expect(pass(relaxed(), pair, later(45))).toEqual([['p1']]);
    expect(pass(relaxed(), [ticket('p2', {}, -10)], later(55))).toEqual([['p2']]);
  });

  test('oldest: both match together as soon as the older one has waited enough', () => {
    expect(pass(relaxed('oldest'), pair, later(39))).toEqual([]);
    expect(pass(relaxed('oldest'), pair, later(40))).toEqual([['p1', 'p2']]);
  });

  test('nextChange is the next step of any ticket left waiting, and absent after the last', () => {
    const engine = engineOf(relaxed());

    expect(formMatches(engine, pair, later(5), 1).nextChange).toBe(later(30));
    expect(formMatches(engine, [ticket('p1', {}, 0)], later(42), 1).nextChange).toBe(later(45));
    expect(formMatches(engineOf(versus(2)), [ticket('a')], now, 1).nextChange).toBeUndefined();
  });
});

describe('backfill', () => {
  const teams = sizes([
    { name: 'red', minPlayers: 1, maxPlayers: 2 },
    { name: 'blue', minPlayers: 1, maxPlayers: 2 },
  ]);
  const running = (id: string, age = 0) =>
    backfill(id, [{ team: 'red' }, { team: 'red' }, { team: 'blue' }], age);

  test('its players keep their teams and newcomers take the open slots', () => {
    const [match] = matchesOf(teams, [running('game', 9), ticket('new')]);

    expect(match?.teams).toEqual([
      { name: 'red', playerIds: ['game1', 'game2'] },
      { name: 'blue', playerIds: ['game3', 'new'] },
    ]);
  });

  test('alone it is no match, and two of them never meet', () => {
    expect(pass(teams, [running('one', 9), running('two', 5)])).toEqual([]);
  });

  test.each([
    ['high', [['game', 'old']]],
    ['low', [['new', 'old']]],
  ])('backfillPriority %s decides who is the first anchor', (backfillPriority, expected) => {
    const raw = {
      ...sizes([{ name: 'all', minPlayers: 2, maxPlayers: 2 }]),
      algorithm: { strategy: 'exhaustiveSearch', backfillPriority },
    };
    const tickets = [ticket('old', {}, 9), backfill('game', [{ team: 'all' }], 5), ticket('new', {}, 1)];

    expect(pass(raw, tickets, now, 'documented')[0]).toEqual(expected[0]);
  });
});

test('an anchor looks past its nearest when none of them will do', () => {
  const same = {
    type: 'comparison',
    measurements: ['flatten(teams[*].players.attributes[mode])'],
    operation: '!=',
  };
  const near = { type: 'batchDistance', batchAttribute: 'skill', maxDistance: 100 };
  const alike = Array.from({ length: 40 }, (_, index) => ticket(`t${index}`, { skill: index, mode: 'x' }, 9));

  expect(pass(versus(1, [near, same]), [...alike, ticket('far', { skill: 99, mode: 'y' })])).toEqual([
    ['far', 't0'],
  ]);
});

test('the budget stops a pass, which then says it is unfinished', () => {
  const tickets = Array.from({ length: 50 }, (_, index) => ticket(`t${index}`, { skill: index }));

  expect(formMatches(engineOf(versus(1)), tickets, now, 1, 10).unfinished).toBe(true);
  expect(formMatches(engineOf(versus(1)), tickets, now, 1).unfinished).toBe(false);
});

test('rule evaluations are counted by rule name', () => {
  const close = {
    name: 'Close',
    type: 'distance',
    measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
  };
  const rule = {
    ...close,
    referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
    maxDistance: 10,
  };

  const { ruleEvaluations } = formMatches(engineOf(versus(1, [rule])), [ticket('a'), ticket('b')], now, 1);

  expect(ruleEvaluations).toEqual([{ ruleName: 'Close', passedCount: 2, failedCount: 0 }]);
});

describe('large matches fill teams as documented', () => {
  const fill = (teams: object[], players: number) => {
    const raw = {
      ...sizes(teams),
      playerAttributes: [{ name: 'skill', type: 'number', default: 1 }],
      algorithm: { strategy: 'balanced', balancedAttribute: 'skill' },
    };
    const tickets = Array.from({ length: players }, (_, index) => ticket(`t${index}`));
    const [match] = matchesOf(raw, tickets);
    return Object.fromEntries(match?.teams.map((team) => [team.name, team.playerIds.length]) ?? []);
  };
  const three = [
    { name: 'Red', minPlayers: 5, maxPlayers: 10 },
    { name: 'Blue', minPlayers: 5, maxPlayers: 10 },
    { name: 'Green', minPlayers: 2, maxPlayers: 3 },
    { name: 'Crowd', minPlayers: 0, maxPlayers: 20 },
  ];

  test('minimums first, then the most open slots, equal teams within one of each other', () => {
    const filled = fill(three, 32);

    expect(filled['Green']).toBeGreaterThanOrEqual(2);
    expect(Math.abs((filled['Red'] ?? 0) - (filled['Blue'] ?? 0))).toBeLessThanOrEqual(1);
    expect(Object.values(filled).reduce((sum, count) => sum + count, 0)).toBe(32);
  });

  test('docs ex. 8: ten hunter teams and the monsters take 155 players', () => {
    const hunters = { name: 'Hunters', minPlayers: 12, maxPlayers: 15, quantity: 10 };
    const filled = fill([{ name: 'Monsters', minPlayers: 5, maxPlayers: 5 }, hunters], 155);

    expect(filled['Monsters']).toBe(5);
    expect(filled['Hunters_7']).toBe(15);
  });
});

test('the suggested location keeps to maxLatency, even where another has the lower mean', () => {
  const tickets = [
    ticket('a', { latency: { eu: 10, us: 60 } }, 9),
    ticket('b', { latency: { eu: 105, us: 70 } }, 5),
  ];

  const [match] = matchesOf(versus(1, [{ type: 'latency', maxLatency: 100 }]), tickets);

  expect(match?.location).toBe('us');
});
