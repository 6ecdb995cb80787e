import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { catalogue } from '../../jobs/catalogue.ts';
import { problemsOf } from '../../jobs/contract.ts';
import { ladderSettings } from '../../jobs/ladder/ladder.ts';
import { ticketFile } from '../../jobs/ticket/ticket-file.ts';
import { clientOptions } from '../../producers/client-options.ts';
import { workerEnvironment } from '../../workers/process/config.ts';

const told = (schema: z.ZodType, input: unknown): string[] => {
  const parsed = schema.safeParse(input);
  return parsed.success ? [] : problemsOf(parsed.error);
};

describe('a problem is told in plain words', () => {
  test.each([
    ['what is missing', z.object({ a: z.string() }), {}, 'a: is missing'],
    ['a wrong kind', z.object({ a: z.string() }), { a: 3 }, 'a: must be text, found a number'],
    ['no whole number', z.int(), 1.5, 'must be a whole number, found a number'],
    ['too small a number', z.object({ a: z.int().min(1) }), { a: 0 }, 'a: must be at least 1'],
    ['too large a number', z.object({ a: z.int().max(9) }), { a: 10 }, 'a: must be at most 9'],
    ['too short a text', z.string().min(1), '', 'must have at least 1 character'],
    ['too long a list', z.array(z.int()).max(2), [1, 2, 3], 'must have at most 2 entries'],
    ['a value outside a list', z.enum(['on', 'off']), 'up', 'must be "on" or "off"'],
    ['an unknown property', z.strictObject({}), { speed: 1 }, 'speed: is no property of this'],
    [
      'the form of a union that fits best',
      z.union([z.strictObject({ rank: z.int() }), z.strictObject({ score: z.number() })]),
      { score: 'high' },
      'score: must be a number, found text',
    ],
    [
      'an unknown kind',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') })]),
      { kind: 'b' },
      'kind: ',
    ],
  ])('%s', (_what, schema, input, message) => {
    expect(told(schema, input)[0]).toContain(message);
  });

  test('a ticket without its start says so', () => {
    expect(told(ticketFile, [{ ticketId: 'a', players: [{ playerId: 'p' }] }])).toEqual([
      '[0].startTime: is missing',
    ]);
  });

  const zodsWords =
    /Invalid (input|option|string|key)|expected \w+, received|Unrecognized key|Too (small|big)/;
  const schemas = [
    ...catalogue.map((job) => [job.kind, job.item] as const),
    ['ticket file', ticketFile] as const,
    ['ladder', ladderSettings] as const,
    ['client options', clientOptions] as const,
    ['worker environment', workerEnvironment] as const,
  ];

  test.each(schemas)(
    'whatever %s is given, no word of zod is said, and not more than a screen',
    (_name, schema) => {
      fc.assert(
        fc.property(
          fc.anything({ maxDepth: 3, key: fc.constantFrom('a', 'name', 'players', 'teams', 'items') }),
          (input) => {
            const problems = told(schema, input);

            expect(problems.filter((it) => zodsWords.test(it))).toEqual([]);
            expect(problems.length).toBeLessThanOrEqual(21);
          },
        ),
        { numRuns: 50 },
      );
    },
  );

  test('of many problems the first are told, and how many more there are', () => {
    const problems = told(
      z.array(z.string()),
      Array.from({ length: 5_000 }, () => 1),
    );

    expect(problems).toHaveLength(21);
    expect(problems.at(-1)).toBe('and 4980 more');
    expect(told(z.strictObject({}), { ['x'.repeat(100_000)]: 1 })[0]?.length).toBeLessThan(500);
  });
});
