import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { byName, named } from '../../jobs/by-name.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { wellFormed } from '../../jobs/ids.ts';
import { asStoredTickets, fromStoredTickets } from '../../jobs/match/stored-tickets.ts';
import { aPlayer } from '../support/builders.ts';

const schema = byName(wellFormed(100), z.number());
const names = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', '$set', 'a.b'),
  fc
    .string({ minLength: 1, maxLength: 100, unit: 'grapheme' })
    .filter((it) => wellFormed(100).safeParse(it).success),
);

test('what is sent under a name is read under it, and nothing else is (property)', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(names, fc.integer()), { selector: ([name]) => name }),
      names,
      (sent, other) => {
        const read = schema.parse(JSON.parse(JSON.stringify(Object.fromEntries(sent))));

        expect(new Map(Object.entries(read))).toEqual(new Map(sent));
        for (const [name, value] of sent) expect(read[name]).toBe(value);
        if (!sent.some(([name]) => name === other))
          expect([read[other], named(read, other)]).toEqual([undefined, undefined]);
      },
    ),
    { seed: 19 },
  );
});

test.each([
  [3, 'x: must be an object, found a number'],
  [[], 'x: must be an object, found a list'],
  [{ a: 'b' }, 'x.a: must be a number, found text'],
  [{ '': 1 }, 'x.: its name must have at least 1 character'],
])('%j is refused by name', (sent, problem) => {
  const { error } = z.object({ x: schema }).safeParse({ x: sent });
  expect(error && problemsOf(error)).toEqual([problem]);
});

test('the tickets of a match come back from the record as they were, and none of their names is a field there (property)', () => {
  fc.assert(
    fc.property(fc.dictionary(names, fc.integer({ min: 1 })), (chosen) => {
      const player = {
        ...aPlayer('ann'),
        attributes: {
          maps: { SDM: chosen },
          ...Object.fromEntries(Object.entries(chosen).map(([name, N]) => [name, { N }])),
        },
        latencyInMs: chosen,
      };
      const tickets = [{ ticketId: 't', startTime: 1, age: 0, sequence: 1, players: [player] }];

      const stored = asStoredTickets(tickets);

      expect(stored.flatMap((it) => it.players.flatMap((each) => Object.keys(each)))).toEqual([
        'playerId',
        'attributes',
        'latencyInMs',
      ]);
      expect(JSON.stringify(fromStoredTickets(stored))).toBe(JSON.stringify(tickets));
    }),
    { seed: 19 },
  );
});
