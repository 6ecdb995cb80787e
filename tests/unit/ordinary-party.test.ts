import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flexMatchLimits } from '../../jobs/ticket/limits.ts';
import { ordinaryParty, ordinaryRequest, ordinaryTarget } from '../../jobs/ticket/ordinary-party.ts';
import { startRequestWithin, startTarget } from '../../jobs/ticket/start-request.ts';
import { partyWithin } from '../../jobs/ticket/ticket.ts';

const limits = flexMatchLimits;
const party = partyWithin(limits);

const odd = fc.oneof(
  fc.constantFrom('', '__proto__', 'constructor', 'a\0b', '\ud800', 'x'.repeat(2_000)),
  fc.string(),
);
const name = fc.oneof(
  { arbitrary: fc.stringMatching(/^[a-z]{1,8}$/), weight: 8 },
  { arbitrary: odd, weight: 1 },
);
const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -0, Number.NaN, 1.5, '12', null));
const value = fc.oneof(
  { arbitrary: fc.record({ N: number }), weight: 6 },
  { arbitrary: fc.record({ S: name }), weight: 4 },
  { arbitrary: fc.record({ SL: fc.array(name, { maxLength: 3 }) }), weight: 1 },
  { arbitrary: fc.record({ N: number, S: name }), weight: 1 },
  { arbitrary: fc.anything(), weight: 1 },
);
const player = fc.record(
  {
    playerId: name,
    attributes: fc.dictionary(name, value, { maxKeys: 12 }),
    latencyInMs: fc.dictionary(name, number),
    team: name,
    more: fc.anything(),
  },
  { requiredKeys: ['playerId'] },
);
const given = fc.oneof(
  { arbitrary: fc.array(player, { maxLength: 12 }), weight: 8 },
  { arbitrary: fc.anything(), weight: 1 },
);

test('what is read as an ordinary party is read the same by the schema', () => {
  fc.assert(
    fc.property(given, (players) => {
      const ordinary = ordinaryParty(players, limits);
      if (ordinary) expect(ordinary).toStrictEqual(party.parse(players));
    }),
    { numRuns: 3_000 },
  );
});

test('what is read as an ordinary request is read the same by the schema', () => {
  const asked = fc.record(
    { configuration: fc.constant('duel'), ticketId: name, players: given, more: fc.anything() },
    { requiredKeys: ['configuration', 'players'] },
  );
  fc.assert(
    fc.property(asked, (request) => {
      const ordinary = ordinaryRequest(request, limits);
      if (ordinary) expect(ordinary).toStrictEqual(startRequestWithin(limits).parse(request));
    }),
    { numRuns: 2_000 },
  );
});

test('what is read as the target of a request is read the same by the schema', () => {
  const configuration = fc.oneof(name, fc.stringMatching(/^[a-zA-Z0-9.-]{1,130}$/), fc.anything());
  fc.assert(
    fc.property(fc.record({ configuration, more: fc.anything() }), (request) => {
      const ordinary = ordinaryTarget(request);
      if (ordinary !== undefined) expect(startTarget.parse(request).configuration).toBe(ordinary);
    }),
    { numRuns: 2_000 },
  );
  expect(ordinaryTarget({ configuration: 'duel-1.x', players: [] })).toBe('duel-1.x');
});

test('tickets of numbers, texts and latencies are ordinary', () => {
  const players = [
    { playerId: 'ann', attributes: { skill: { N: 12.5 }, mode: { S: 'ranked' } }, latencyInMs: { eu: 40 } },
    { playerId: 'bob' },
  ];

  expect(ordinaryParty(players, limits)).toEqual(party.parse(players));
  expect(ordinaryParty(players, limits)).toBeDefined();
});

test('a party that may be too large in bytes is left to the schema', () => {
  const players = Array.from({ length: 10 }, (_, n) => ({
    playerId: `${n}${'é'.repeat(1_020)}`,
    attributes: { say: { S: 'é'.repeat(100) } },
  }));

  expect(ordinaryParty(players, limits)).toBeUndefined();
});
