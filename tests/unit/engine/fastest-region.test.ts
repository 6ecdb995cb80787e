import { describe, expect, test } from 'vitest';
import { MatchPool } from '../../../jobs/matchmaking/engine/pool.ts';
import type { SearchingTicket } from '../../../jobs/ticket/ticket.ts';
import { engineOf, now, pass, ticket, versus } from './builders.ts';

const algorithm = (batchingPreference: string) => ({
  algorithm: { strategy: 'balanced', balancedAttribute: 'skill', batchingPreference },
});
const fastest = versus(1, [], algorithm('fastestRegion'));
const largest = versus(1, [], algorithm('largestPopulation'));
const eu = { latency: { eu: 20, us: 90 } };
const us = { latency: { eu: 90, us: 20 } };

describe('under fastestRegion', () => {
  test.each([
    ['a latency rule', [{ type: 'latency', maxLatency: 100 }]],
    ['none', []],
  ])('tickets meet those who are fastest where they are, with %s', (_, rules) => {
    const tickets = [ticket('a', eu, 9), ticket('b', us, 8), ticket('c', us, 7), ticket('d', eu, 6)];

    expect(pass(versus(1, rules, algorithm('fastestRegion')), tickets)).toEqual([
      ['a', 'd'],
      ['b', 'c'],
    ]);
  });

  test('nobody else until the older has waited 10 s, and then whoever suits it', () => {
    const tickets = [ticket('a', eu, 4), ticket('b', us, 0)];
    const pool = new MatchPool(engineOf(fastest));
    for (const each of tickets) pool.add(each);
    const found = (at: number) => pool.pass(at, 1).matches.length;

    expect(pass(largest, tickets)).toEqual([['a', 'b']]);
    expect(found(now)).toBe(0);
    expect(pool.pass(now, 1).nextChange).toBe(now + 6_000);
    expect(found(now + 5_999)).toBe(0);
    expect(found(now + 6_000)).toBe(1);
  });

  test('it holds in pools of any size, and of equally good partners the one at home is taken, though younger', () => {
    const wide = { ...fastest, rules: [{ ...near, name: 'near' }] };
    const away = Array.from({ length: 50 }, (_, index) => ticket(`u${index}`, { ...us, skill: 50 }, 5));

    expect(pass(wide, [ticket('a', { ...eu, skill: 50 }, 9), ...away]).flat()).not.toContain('a');
    expect(
      pass(wide, [
        ticket('a', { ...eu, skill: 50 }, 15),
        ...away.slice(0, 5),
        ticket('z', { ...eu, skill: 50 }, 1),
      ])[0],
    ).toEqual(['a', 'z']);
  });

  test('those who report no latency are at home everywhere', () => {
    expect(pass(fastest, [ticket('a', eu, 9), ticket('b', {}, 1)])).toEqual([['a', 'b']]);
  });

  test('a ticket is told whom it does not meet yet, and when it will', () => {
    const tickets: SearchingTicket[] = [ticket('a', eu, 4), ticket('b', us, 0)];
    const pool = new MatchPool(engineOf(fastest));
    for (const each of tickets) pool.add(each);

    expect(pool.explain(tickets[0] as SearchingTicket, now)).toMatchObject({
      waitsFor: 'players',
      fastestElsewhere: { tickets: 1, until: now + 6_000, forMs: 6_000 },
      summary: expect.stringContaining('1 ticket fastest in another location may join it in 6 s'),
    });
  });
});

const near = { type: 'batchDistance', batchAttribute: 'skill', maxDistance: 100 };

describe('stacks suit stacks', () => {
  const party = (size: number, skill = 50) => Array.from({ length: size }, () => ({ skill }));
  const mates = (tickets: SearchingTicket[], rules: object[] = []) => pass(versus(5, rules), tickets)[0];

  test.each([
    ['rules on a number', [near]],
    ['no rule', []],
  ])('a party of five meets another, younger than those who came alone, with %s', (_, rules) => {
    const solos = Array.from({ length: 8 }, (__, index) => ticket(`s${index}`, party(1), 20 - index));

    expect(mates([ticket('five', party(5), 30), ...solos, ticket('stack', party(5), 1)], rules)).toEqual([
      'five',
      'stack',
    ]);
  });

  test('who came alone plays with others who did, when there are enough', () => {
    const solos = Array.from({ length: 9 }, (_, index) => ticket(`s${index}`, party(1), 9 - index));

    expect(mates([ticket('first', party(1), 30), ticket('five', party(5), 20), ...solos])).not.toContain(
      'five',
    );
  });

  test('a much better stack is no match for it', () => {
    const solos = Array.from({ length: 5 }, (_, index) => ticket(`s${index}`, party(1), 20 - index));

    expect(
      mates([ticket('five', party(5), 30), ...solos, ticket('better', party(5, 145), 1)], [near]),
    ).not.toContain('better');
  });
});
