import { describe, expect, test } from 'vitest';
import { compileRuleSet } from '../../../jobs/matchmaking/engine/compile.ts';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import { loadRuleSetWith } from '../../../jobs/rule-set/load.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';

const second = 1_000;
/** Two sides of one or two players within 10 points of each other; within 100 after 60 s. */
const body = JSON.stringify({
  name: 'sides',
  ruleLanguageVersion: '1.0',
  playerAttributes: [{ name: 'skill', type: 'number' }],
  teams: [{ name: 'side', minPlayers: 2, maxPlayers: 2, quantity: 2 }],
  rules: [
    {
      name: 'Close',
      type: 'distance',
      measurements: ['max(flatten(teams[*].players.attributes[skill]))'],
      referenceValue: 'min(flatten(teams[*].players.attributes[skill]))',
      maxDistance: 10,
    },
  ],
  expansions: [{ target: 'rules[Close].maxDistance', steps: [{ waitTimeSeconds: 60, value: 100 }] }],
});
/** With backfill: within 50 points after 5 s, and sides of one will do. */
const forBackfill = [
  { target: 'rules[Close].maxDistance', steps: [{ waitTimeSeconds: 5, value: 50 }] },
  { target: 'teams[side].minPlayers', steps: [{ waitTimeSeconds: 5, value: 1 }] },
];

const open = (backfillExpansions?: readonly unknown[]) => {
  const loaded = loadRuleSetWith(body, backfillExpansions);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return new MatchPool(compileRuleSet(loaded.ruleSet));
};
const skilled = (playerId: string, skill: number, team?: string) => ({
  playerId,
  attributes: { skill: { N: skill } },
  ...(team && { team }),
});
const solo = (ticketId: string, skill: number): SearchingTicket => ({
  ticketId,
  since: 0,
  players: [skilled(ticketId, skill)],
});
const running: SearchingTicket = {
  ticketId: 'running',
  since: 0,
  players: [skilled('a', 10, 'side_1'), skilled('b', 10, 'side_2')],
  backfill: true,
};
const membersAt = (pool: MatchPool, seconds: number) =>
  pool.pass(seconds * second, 1).matches.map((match) => match.tickets.map((it) => it.ticketId).sort());

describe("a configuration's expansions for backfill", () => {
  test('let a running match take whom its rule set would not yet', () => {
    const pool = open(forBackfill);
    pool.add(running);
    pool.add(solo('near', 40));

    expect(membersAt(pool, 4)).toEqual([]);
    const [match] = pool.pass(5 * second, 1).matches;
    expect(match?.tickets.map((it) => it.ticketId).sort()).toEqual(['near', 'running']);
    expect(match?.teams.flatMap((team) => team.playerIds).sort()).toEqual(['a', 'b', 'near']);
  });

  test('do nothing for matches without a backfill ticket', () => {
    const pool = open(forBackfill);
    for (const [name, skill] of [
      ['w', 10],
      ['x', 20],
      ['y', 30],
      ['z', 40],
    ] as const)
      pool.add(solo(name, skill));

    expect(membersAt(pool, 6)).toEqual([]);
    expect(membersAt(pool, 60)).toEqual([['w', 'x', 'y', 'z']]);
  });

  test('take the place of the rule set’s, which do not apply to backfill then', () => {
    const pool = open(forBackfill);
    pool.add(running);
    pool.add(solo('far', 90));

    expect(membersAt(pool, 61)).toEqual([]);
  });

  test('absent, backfill relaxes as everything else does', () => {
    const pool = open();
    pool.add(running);
    pool.add(solo('far', 90));
    pool.add(solo('farther', 95));

    expect(membersAt(pool, 59)).toEqual([]);
    expect(membersAt(pool, 60)).toEqual([['far', 'farther', 'running']]);
  });

  test('say when they change something for a running match that waits', () => {
    const pool = open(forBackfill);
    pool.add(running);

    expect(pool.pass(0, 1).nextChange).toBe(5 * second);
    expect(pool.explain(running, 0).nextStep?.changes.map((it) => it.to)).toEqual([50, 1]);
  });

  test('that name no rule of the rule set are refused by path', () => {
    const loaded = loadRuleSetWith(body, [{ target: 'rules[Closer].maxDistance', steps: [] }]);

    expect(loaded).toMatchObject({
      ok: false,
      problems: expect.arrayContaining([
        { path: 'backfillExpansions[0].target', message: expect.stringContaining('did you mean "Close"') },
      ]),
    });
  });
});
