import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { newcomer } from '../../jobs/ladder/rating.ts';
import { contest, matchResult, resultProblem, sameResult } from '../../jobs/ladder/result.ts';
import { rateInOrder } from '../support/rate-in-order.ts';

const match = {
  teams: [
    { name: 'red', playerIds: ['a'] },
    { name: 'blue', playerIds: ['b'] },
    { name: 'empty', playerIds: [] },
  ],
};
const ranked = (...names: string[]) => ({
  matchId: 'm',
  teams: names.map((name, index) => ({ name, rank: index + 1 })),
});
const half = (playerId: string) => ({ playerId, share: 0.5 });

test('a result names every team that played and no other, and only players of the match', () => {
  expect(resultProblem(match, ranked('red', 'blue'))).toBeUndefined();
  expect(resultProblem(match, ranked('red', 'blue', 'empty'))).toContain('empty did not play');
  expect(resultProblem(match, ranked('red'))).toContain('blue played in match m and has no rank or score');
  expect(resultProblem(match, { ...ranked('red', 'blue'), played: [half('a')] })).toBeUndefined();
  expect(resultProblem(match, { ...ranked('red', 'blue'), played: [half('c')] })).toBe(
    'played: c is not a player of match m',
  );
});

test.each([
  ['nobody plays less than nothing', { played: { a: 0 } }],
  ['or more than all of it', { played: { a: 1.5 } }],
  ['shares are numbers', { played: { a: 'half' } }],
  ['of players by id, so a Map of them is not lost in silence', { played: new Map([['a', 0.5]]) }],
  ['each named once', { played: [half('a'), half('a')] }],
  [
    'ranks and scores do not mix',
    {
      teams: [
        { name: 'red', rank: 1 },
        { name: 'blue', score: 3 },
      ],
    },
  ],
  [
    'a team is named once',
    {
      teams: [
        { name: 'red', rank: 1 },
        { name: 'red', rank: 2 },
      ],
    },
  ],
])('%s', (_, wrong) => {
  expect(matchResult.safeParse({ ...ranked('red', 'blue'), ...wrong }).success).toBe(false);
});

describe('two results say the same', () => {
  test('whatever the order of their teams and players', () => {
    const one = { ...ranked('red', 'blue'), played: [half('a'), { playerId: 'b', share: 0.25 }] };
    const other = { teams: one.teams.toReversed(), played: one.played.toReversed() };

    expect(sameResult(one, other)).toBe(true);
    expect(sameResult(one, ranked('blue', 'red'))).toBe(false);
    expect(sameResult(one, { ...one, played: [half('a')] })).toBe(false);
  });

  test('with a player who played all of it named or not', () => {
    expect(
      sameResult(ranked('red', 'blue'), { ...ranked('red', 'blue'), played: [{ playerId: 'a', share: 1 }] }),
    ).toBe(true);
  });
});

test('a contest has its teams in the order of the match, however the result lists them, and none without players', () => {
  const { teams, place } = contest(match, ranked('blue', 'red'), () => newcomer);

  expect(teams.map((team) => team.map((it) => it.playerId))).toEqual([['a'], ['b']]);
  expect(place).toEqual({ rank: [2, 1] });
});

describe('player ids that every object has as a field', () => {
  const anyId = fc.oneof(
    fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype)),
    fc.constantFrom('length', 'prototype', '$where', 'a.b', ' ', '0'),
    fc.string({ minLength: 1, maxLength: 20 }).filter((id) => !id.includes('\0') && id.isWellFormed()),
  );
  const anyGame = fc.record({
    ids: fc.uniqueArray(anyId, { minLength: 2, maxLength: 6 }),
    shares: fc.array(fc.option(fc.double({ min: 0.01, max: 1, noNaN: true })), {
      minLength: 6,
      maxLength: 6,
    }),
  });
  /** Rates a match as a worker does, from the JSON its caller sent. */
  const rated = (ids: readonly string[], shares: readonly (number | null)[]) => {
    const playing = ids.flatMap((id, p) => (shares[p] === null ? [] : [[id, shares[p]] as const]));
    // As JSON has it, `__proto__` is a field like any other.
    const sent = JSON.stringify({ ...ranked('red', 'blue'), played: Object.fromEntries(playing) });
    const { matchId, ...result } = matchResult.parse(JSON.parse(sent));
    const teams = ['red', 'blue'].map((name, t) => ({ name, playerIds: ids.filter((_, p) => p % 2 === t) }));
    expect(resultProblem({ teams }, { matchId, ...result })).toBeUndefined();
    const ladder = { season: 0, settings: defaultSettings };
    const [match] = rateInOrder([{ matchId, committedAt: 1, teams, result }], () => undefined, ladder);
    return match?.changes ?? [];
  };

  test('are rated like any others: the same numbers, and none of them NaN (invariant 5, property)', () => {
    fc.assert(
      fc.property(anyGame, ({ ids, shares }) => {
        const changes = rated(ids, shares);
        const ordinary = rated(
          ids.map((_, p) => `player-${p}`),
          shares,
        );

        expect(changes.map((it) => it.after)).toEqual(ordinary.map((it) => it.after));
        expect(changes.map((it) => it.playerId).sort()).toEqual([...ids].sort());
        for (const { after } of changes)
          for (const number of Object.values(after)) expect(number).toSatisfy(Number.isFinite);
      }),
    );
  });
});
