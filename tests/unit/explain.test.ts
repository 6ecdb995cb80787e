import { describe, expect, test } from 'vitest';
import type { RawRuleSet } from '../../jobs/invariants/naive-literals.ts';
import type { Explanation } from '../../jobs/matchmaking/engine/explanation.ts';
import { MatchPool } from '../../jobs/matchmaking/engine/pool.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { backfill, engineOf, now, ticket, versus } from './engine/builders.ts';

/** Explains the first of the tickets after a pass over all of them. */
function why(raw: RawRuleSet, [first, ...others]: SearchingTicket[], deadline?: number): Explanation {
  const pool = new MatchPool(engineOf(raw));
  if (first === undefined) throw new Error('no ticket to explain');
  for (const each of [first, ...others]) pool.add(each);
  pool.pass(now, 1);
  return pool.explain(first, now, deadline);
}

const window = (maxDistance: number) => ({ type: 'batchDistance', batchAttribute: 'skill', maxDistance });
const widening = {
  expansions: [{ target: 'rules[rule0].maxDistance', steps: [{ waitTimeSeconds: 30, value: 250 }] }],
};

describe('a ticket that waits for others', () => {
  test('is told which rule keeps whom away, who came nearest and by how much, and what changes when', () => {
    const tickets = [
      ticket('a', { skill: 100 }, 10),
      ticket('near', { skill: 220 }, 10),
      ticket('far', { skill: 900 }, 10),
    ];

    expect(why(versus(1, [window(100)], widening), tickets)).toEqual({
      waitsFor: 'players',
      summary:
        'needs 1 more player, and nobody waiting could play with it; ' +
        'rule "rule0" keeps 2 of 2 waiting tickets away; "near" comes nearest and misses rule "rule0" by 20 (limit 100)',
      reasons: [],
      playersNeeded: 1,
      playersInReach: 0,
      sample: { waiting: 2, lookedAt: 2 },
      blockedBy: [{ rule: 'rule0', tickets: 2 }],
      withoutRoom: 0,
      triedTogether: [],
      nearestMiss: { ticketId: 'near', rule: 'rule0', by: 20, limit: 100 },
      nextStep: { at: now + 20_000, changes: [{ target: 'rules[rule0].maxDistance', from: 100, to: 250 }] },
    });
  });

  test('counts the players it needs beside its own party', () => {
    const found = why(versus(3), [ticket('duo', [{}, {}]), ticket('solo')]);

    expect(found).toMatchObject({ waitsFor: 'players', playersNeeded: 4, playersInReach: 1 });
  });

  test.each<[string, object, number]>([
    [
      'one team compared with the other',
      {
        type: 'comparison',
        measurements: ['count(teams[red].players)'],
        operation: '=',
        referenceValue: 'count(teams[blue].players)',
      },
      3,
    ],
    ['all compared', { type: 'comparison', measurements: ['count(teams[*].players)'], operation: '=' }, 3],
    [
      'a spread of 0',
      {
        type: 'distance',
        measurements: ['max(count(teams[*].players))'],
        referenceValue: 'min(count(teams[*].players))',
        maxDistance: 0,
      },
      3,
    ],
    [
      'a spread of 1',
      {
        type: 'distance',
        measurements: ['max(count(teams[*].players))'],
        referenceValue: 'min(count(teams[*].players))',
        maxDistance: 1,
      },
      2,
    ],
  ])('counts as many on the other team where a rule wants like sizes: %s', (_, rule, playersNeeded) => {
    const teams = ['red', 'blue'].map((name) => ({ name, minPlayers: 1, maxPlayers: 4 }));

    expect(why(versus(1, [rule], { teams }), [ticket('trio', [{}, {}, {}])])).toMatchObject({
      waitsFor: 'players',
      playersNeeded,
    });
  });

  test('knows by which rule it is parted also when a rule about counts is not met yet', () => {
    const equal = {
      type: 'comparison',
      measurements: ['count(teams[red].players)'],
      operation: '=',
      referenceValue: 3,
    };
    const tickets = [ticket('a', { mode: 'duel' }), ticket('b', { mode: 'brawl' })];

    expect(
      why(versus(3, [equal, { type: 'batchDistance', batchAttribute: 'mode' }]), tickets).blockedBy,
    ).toEqual([{ rule: 'rule1', tickets: 1 }]);
  });

  test('counts a backfill ticket by the seats its match lacks', () => {
    const running = backfill('running', [{ team: 'red' }, { team: 'red' }, { team: 'blue' }]);

    expect(why(versus(3), [running])).toMatchObject({ waitsFor: 'players', playersNeeded: 3 });
  });

  test('knows tickets that share no key with it by the rule that parts them', () => {
    const tickets = [
      ticket('a', { mode: 'duel' }),
      ticket('b', { mode: 'brawl' }),
      ticket('c', { mode: 'race' }),
    ];

    expect(why(versus(1, [{ type: 'batchDistance', batchAttribute: 'mode' }]), tickets)).toMatchObject({
      waitsFor: 'players',
      sample: { waiting: 2, lookedAt: 2 },
      blockedBy: [{ rule: 'rule0', tickets: 2 }],
    });
  });

  test('is told which rule failed when enough could play but no line-up passes', () => {
    const fair = {
      type: 'distance',
      measurements: ['avg(teams[red].players.attributes[skill])'],
      referenceValue: 'avg(teams[blue].players.attributes[skill])',
      maxDistance: 10,
    };
    const tickets = [90, 50, 51, 52].map((skill, index) => ticket(`t${index}`, { skill }, 9 - index));

    expect(why(versus(2, [fair]), tickets)).toMatchObject({
      waitsFor: 'rules',
      triedTogether: [{ rule: 'rule0' }],
      nearestMiss: { ticketId: 't3', rule: 'rule0', by: 28, limit: 10 },
    });
  });

  test('is told that a latency is missed, and by how many milliseconds', () => {
    const tickets = [ticket('a', { latency: { eu: 40 } }), ticket('b', { latency: { eu: 130, us: 20 } })];

    expect(why(versus(1, [{ type: 'latency', maxLatency: 100 }]), tickets)).toMatchObject({
      nearestMiss: { ticketId: 'b', rule: 'rule0', by: 30, limit: 100 },
    });
  });
});

describe('a ticket that can never match is told so', () => {
  const skilled = { ...versus(1), playerAttributes: [{ name: 'skill', type: 'number' }] };
  const quick = versus(1, [{ type: 'latency', maxLatency: 50 }], {
    expansions: [{ target: 'rules[rule0].maxLatency', steps: [{ waitTimeSeconds: 60, value: 200 }] }],
  });

  test.each<[string, RawRuleSet, SearchingTicket, RegExp]>([
    [
      'an attribute is missing',
      skilled,
      ticket('a'),
      /player "a" has no number "skill", which has no default/,
    ],
    [
      'its party fits no team',
      versus(2),
      ticket('a', [{}, {}, {}]),
      /a party of 3 fits no team; the largest takes 2/,
    ],
    [
      'its players are on no team',
      versus(2),
      backfill('a', [{ team: 'green' }]),
      /on no team of the rule set: "green"/,
    ],
    [
      'no location suits it',
      versus(1, [{ type: 'latency', maxLatency: 50 }]),
      ticket('a', { latency: { eu: 80 } }),
      /no location suits it: by itself it fails rule "rule0" by 30/,
    ],
    [
      'a player sent no latency',
      versus(2, [{ type: 'latency', maxLatency: 50 }]),
      ticket('a', [{ latency: { eu: 20 } }, {}]),
      /player "a2" reported no latency, and rule "rule0" needs one/,
    ],
    [
      'its own players could play in no location together',
      versus(2),
      ticket('a', [{ latency: { eu: 20 } }, { latency: { us: 20 } }]),
      /its own players report no location in common/,
    ],
    [
      'it times out before a rule is relaxed',
      quick,
      ticket('a', { latency: { eu: 80 } }),
      /it times out before that is relaxed/,
    ],
    [
      'its own players differ in a shared value',
      versus(2, [{ type: 'batchDistance', batchAttribute: 'mode' }]),
      ticket('a', [{ mode: 'duel' }, { mode: 'brawl' }]),
      /its own players differ/,
    ],
  ])('since %s', (_, raw, waiting, summary) => {
    const found = why(raw, [waiting, ticket('other', { skill: 1 })], now + 30_000);

    expect(found.waitsFor).toBe('never');
    expect(found.summary).toMatch(summary);
  });

  test('but not when a later stage admits it in time', () => {
    expect(why(quick, [ticket('a', { latency: { eu: 80 } })], now + 90_000).waitsFor).toBe('players');
  });
});

test('a ticket that will be matched is told so', () => {
  const pool = new MatchPool(engineOf(versus(1)));
  const [a, b] = [ticket('a'), ticket('b')];
  pool.add(a);
  pool.pass(now, 1);
  pool.add(b);

  expect(pool.explain(a, now).waitsFor).toBe('soon');
  pool.pass(now, 1);
  expect(pool.explain(a, now).waitsFor).toBe('matched');
});

test('in a large pool the answer is of a sample and says so', () => {
  const pool = new MatchPool(engineOf(versus(1, [window(1)])));
  const tickets = Array.from({ length: 5_000 }, (_, index) => ticket(`t${index}`, { skill: index * 2 }));
  for (const each of tickets) pool.add(each);

  expect(pool.explain(tickets[2_500] ?? ticket('none'), now)).toMatchObject({
    sample: { waiting: 4_999, lookedAt: 256 },
    blockedBy: [{ rule: 'rule0', tickets: 256 }],
    nearestMiss: { by: 1, limit: 1 },
  });
});
