import { describe, expect, test } from 'vitest';
import { newcomer } from '../../jobs/rating-update/rating.ts';
import { contest, matchResult, resultProblem, sameResult } from '../../jobs/rating-update/result.ts';

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

test('a result names every team that played and no other, and only players of the match', () => {
  expect(resultProblem(match, ranked('red', 'blue'))).toBeUndefined();
  expect(resultProblem(match, ranked('red', 'blue', 'empty'))).toContain('empty did not play');
  expect(resultProblem(match, ranked('red'))).toContain('blue played in match m and has no rank or score');
  expect(resultProblem(match, { ...ranked('red', 'blue'), played: { a: 0.5 } })).toBeUndefined();
  expect(resultProblem(match, { ...ranked('red', 'blue'), played: { c: 0.5 } })).toBe(
    'played: c is not a player of match m',
  );
});

test.each([
  ['nobody plays less than nothing', { played: { a: 0 } }],
  ['or more than all of it', { played: { a: 1.5 } }],
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
    const one = { ...ranked('red', 'blue'), played: { a: 0.5, b: 0.25 } };
    const other = { teams: one.teams.toReversed(), played: { b: 0.25, a: 0.5 } };

    expect(sameResult(one, other)).toBe(true);
    expect(sameResult(one, ranked('blue', 'red'))).toBe(false);
    expect(sameResult(one, { ...one, played: { a: 0.5 } })).toBe(false);
  });

  test('with a player who played all of it named or not', () => {
    expect(sameResult(ranked('red', 'blue'), { ...ranked('red', 'blue'), played: { a: 1 } })).toBe(true);
  });
});

test('a contest has its teams in the order of the match, however the result lists them, and none without players', () => {
  const { teams, place } = contest(match, ranked('blue', 'red'), () => newcomer);

  expect(teams.map((team) => team.map((it) => it.playerId))).toEqual([['a'], ['b']]);
  expect(place).toEqual({ rank: [2, 1] });
});
