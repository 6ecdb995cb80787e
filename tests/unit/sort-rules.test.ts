import { describe, expect, test } from 'vitest';
import { now, pass, ticket, versus } from './engine/builders.ts';

describe('sort rules', () => {
  const raw = (rule: object) => versus(1, [rule]);

  test('distanceSort takes the nearest first', () => {
    const sort = { type: 'distanceSort', sortDirection: 'ascending', sortAttribute: 'skill' };
    const tickets = [
      ticket('a', { skill: 50 }, 9),
      ticket('b', { skill: 0 }, 8),
      ticket('c', { skill: 60 }, 7),
    ];

    expect(pass(raw(sort), tickets, now, 'documented')).toEqual([['a', 'c']]);
  });

  test("absoluteSort over a map ranks everyone by the anchor's favourite key", () => {
    const sort = {
      type: 'absoluteSort',
      sortDirection: 'descending',
      sortAttribute: 'maps',
      mapKey: 'maxValue',
    };
    const tickets = [
      ticket('a', { maps: { desert: 10, ice: 90 } }, 9),
      ticket('b', { maps: { desert: 100 } }, 8),
      ticket('c', { maps: { ice: 20, desert: 5 } }, 7),
    ];

    expect(pass(raw(sort), tickets)).toEqual([['a', 'c']]);
  });

  test('the first sort rule is the primary key', () => {
    const rules = [
      { type: 'absoluteSort', sortDirection: 'ascending', sortAttribute: 'mode' },
      { type: 'distanceSort', sortDirection: 'ascending', sortAttribute: 'skill' },
    ];
    const tickets = [
      ticket('a', { mode: 'x', skill: 50 }, 9),
      ticket('b', { mode: 'y', skill: 50 }, 8),
      ticket('c', { mode: 'x', skill: 99 }, 7),
    ];

    expect(pass(versus(1, rules), tickets)).toEqual([['a', 'c']]);
  });
});
