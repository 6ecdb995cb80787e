import { describe, expect, test } from 'vitest';
import { matchesOf, pass, ticket, versus } from './engine/builders.ts';

const together = (raw: object, ...players: object[]) =>
  pass(
    raw,
    players.map((player, index) => ticket(`t${index}`, player as never, 60 - index)),
  ).length === 1;

describe('latency', () => {
  test('one location must suit everyone, and is where the match should go', () => {
    const raw = versus(1, [{ type: 'latency', maxLatency: 100 }]);
    const [match] = matchesOf(raw, [
      ticket('a', { latency: { eu: 40, us: 90 } }),
      ticket('b', { latency: { eu: 200, us: 100 } }),
    ]);

    expect(match?.tickets.length).toBe(2);
    expect(together(raw, { latency: { eu: 40 } }, { latency: { us: 40 } })).toBe(false);
    expect(together(raw, { latency: { eu: 40 } }, { latency: { eu: 101 } })).toBe(false);
    expect(together(raw, { latency: { eu: 40 } }, {})).toBe(false);
  });

  test('several latency rules hold in one and the same location', () => {
    const raw = versus(1, [
      { type: 'latency', maxLatency: 60 },
      { type: 'latency', maxDistance: 20, distanceReference: 'min' },
    ]);

    expect(together(raw, { latency: { eu: 20, us: 90 } }, { latency: { eu: 50, us: 95 } })).toBe(false);
    expect(together(raw, { latency: { eu: 40, us: 90 } }, { latency: { eu: 50, us: 95 } })).toBe(true);
  });

  test('without a latency rule players who report latencies share a location, others are free', () => {
    const raw = versus(1);

    expect(together(raw, { latency: { eu: 40 } }, { latency: { us: 40 } })).toBe(false);
    expect(together(raw, { latency: { eu: 40 } }, { latency: { us: 40, eu: 900 } })).toBe(true);
    expect(together(raw, { latency: { eu: 40 } }, {})).toBe(true);
  });

  test('a location is shared by name, however many the pool knows', () => {
    const alone = Array.from({ length: 64 }, (_, index) => ({ latency: { [`place${index}`]: 10 } }));
    const raw = versus(1);
    const tickets = alone.map((player, index) => ticket(`t${index}`, player, 100 - index));

    expect(pass(raw, tickets)).toEqual([]);
    expect(pass(raw, [...tickets, ticket('last', { latency: { place63: 20 } })])).toEqual([['last', 't63']]);
  });

  test('the location of a match is one in which its latency rules hold', () => {
    const raw = versus(1, [{ type: 'latency', maxDistance: 10, distanceReference: 'min' }]);
    const [match] = matchesOf(raw, [
      ticket('a', { latency: { eu: 10, us: 90 } }),
      ticket('b', { latency: { eu: 50, us: 95 } }),
    ]);

    expect(match?.location).toBe('us');
  });

  test('distanceReference is avg by default', () => {
    const raw = versus(1, [{ type: 'latency', maxDistance: 15 }]);

    expect(together(raw, { latency: { eu: 20 } }, { latency: { eu: 50 } })).toBe(true);
    expect(together(raw, { latency: { eu: 20 } }, { latency: { eu: 51 } })).toBe(false);
  });

  test('maxDistance keeps everyone near the best latency there', () => {
    const raw = versus(1, [{ type: 'latency', maxDistance: 30, distanceReference: 'min' }]);

    expect(together(raw, { latency: { eu: 20 } }, { latency: { eu: 50 } })).toBe(true);
    expect(together(raw, { latency: { eu: 20 } }, { latency: { eu: 51 } })).toBe(false);
  });
});
