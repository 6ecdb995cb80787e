import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defaultScenarios } from '../../infra/local/demo/scenarios.ts';
import { jsonSchema, type SchemaName, schemaNames } from '../../jobs/json-schemas.ts';
import { ruleSetForm } from '../../jobs/rule-set/form.ts';
import { loadRuleSet } from '../../jobs/rule-set/load.ts';
import { type ExampleFile, examples } from '../../producers/cli/examples.ts';
import { duelRuleSet } from '../support/builders.ts';
import { readBlocks, readDocument } from '../support/documents.ts';

/**
 * What a JSON Schema says of a value, read by what reads JSON Schemas, not by the schema it was made from.
 */
const problems = (name: SchemaName, value: unknown): string[] =>
  z
    .fromJSONSchema(jsonSchema(name) as never)
    .safeParse(value)
    .error?.issues.map((it) => `${it.path.join('.')}: ${it.message}`) ?? [];

/** Blocks of JSON in READMEs: each is a configuration, or what one may have. */
const written = ['jobs/configuration/README.md', 'jobs/session/README.md'].flatMap((path) =>
  readBlocks(readDocument(path))
    .blocks.filter(({ language }) => language === 'json')
    .map(({ code }) => [path, JSON.parse(code) as object] as const),
);
/** The configuration that stands in a line of `jobs/configuration/README.md`. */
const inLine = /`(\{ "name": [^`]+\})`/.exec(readDocument('jobs/configuration/README.md'))?.[1] ?? '';

const samples: readonly (readonly [string, SchemaName, unknown])[] = [
  ...Object.entries(examples).map(
    ([file, value]) => [`the example ${file}`, file.replace('.json', '') as SchemaName, value] as const,
  ),
  ...defaultScenarios.map((it) => [`the demo's ${it.name}`, 'rule-set', JSON.parse(it.ruleSet)] as const),
  ["the tests' duel", 'rule-set', JSON.parse(duelRuleSet)],
  ["the README's smallest configuration", 'configuration', JSON.parse(inLine)],
  ...written.map(
    ([path, it]) =>
      [`that of ${path}`, 'configuration', { ...examples['configuration.json'], ...it }] as const,
  ),
];

test.each(samples)('%s fits the schema of a %s', (_what, name, value) => {
  expect(problems(name, value)).toEqual([]);
});

test('READMEs show configurations', () => {
  expect(written.map(([path]) => path)).toEqual(['jobs/configuration/README.md', 'jobs/session/README.md']);
});

test('there are samples of every schema', () => {
  expect(new Set(samples.map(([, name]) => name))).toEqual(new Set(schemaNames));
});

describe('what does not fit is refused', () => {
  test.each<[SchemaName, object]>([
    ['rule-set', { ...examples['rule-set.json'], teams: [{ name: 'red', minPlayers: 1 }] }],
    ['rule-set', { ...examples['rule-set.json'], rules: [{ name: 'Close', type: 'closeness' }] }],
    ['configuration', { ...examples['configuration.json'], requestTimeoutSecond: 3 }],
    ['configuration', { ...examples['configuration.json'], gameSessionQueueArns: ['arn'] }],
    ['ladder', { seasonKeeps: 2 }],
    ['result', { matchId: 'm', teams: [{ name: 'red' }] }],
    ['ticket', { configuration: 'duel', players: [] }],
    ['tickets', [{ ticketId: 'a', players: [{ playerId: 'p' }] }]],
  ])('%s %j', (name, value) => {
    expect(problems(name, value)).not.toEqual([]);
  });
});

describe('the schema of rule sets names what loading knows', () => {
  type Shape = Record<string, unknown>;
  const shape = (schema: unknown): Shape => (schema as { shape: Shape }).shape;
  const element = (schema: unknown): Shape => {
    const inner = (schema as { unwrap?: () => unknown }).unwrap?.() ?? schema;
    return shape((inner as { element?: unknown }).element ?? inner);
  };
  const root = shape(ruleSetForm);
  const expansions = element(root['expansions']);
  const team = { name: 't', minPlayers: 1, maxPlayers: 1 };
  const base = { ruleLanguageVersion: '1.0', teams: [team] };
  const stranger = { qqqqqqqqqqqqqqqq: 1 };

  test.each<[string, object, Shape]>([
    ['a rule set', { ...base, ...stranger }, root],
    ['a player attribute', { ...base, playerAttributes: [stranger] }, element(root['playerAttributes'])],
    ['algorithm', { ...base, algorithm: stranger }, element(root['algorithm'])],
    ['a team', { ...base, teams: [{ ...team, ...stranger }] }, element(root['teams'])],
    ['an expansion', { ...base, expansions: [stranger] }, expansions],
  ])('of %s', (_owner, body, properties) => {
    const { warnings } = loadRuleSet(JSON.stringify(body));
    const said = warnings.find((it) => it.path.includes('qqqq'))?.message.split('; it has ')[1] ?? '';

    expect([...said.matchAll(/"(\w+)"/g)].map(([, name]) => name).sort()).toEqual(
      Object.keys(properties).sort(),
    );
  });

  const rules = (root['rules'] as z.ZodOptional<z.ZodArray<z.ZodDiscriminatedUnion<z.ZodObject[]>>>).unwrap()
    .element;

  test.each(rules.options.map((it) => [String((it.shape['type'] as z.ZodLiteral).value), it.shape] as const))(
    'of a rule of type %s',
    (type, properties) => {
      const rule = { name: 'r', type, ...stranger };
      const { warnings } = loadRuleSet(JSON.stringify({ ...base, rules: [rule] }));
      const said = warnings.find((it) => it.path.includes('qqqq'))?.message.split('; it has ')[1] ?? '';

      expect([...said.matchAll(/"(\w+)"/g)].map(([, name]) => name).sort()).toEqual(
        Object.keys(properties).sort(),
      );
    },
  );
});

test('an example can be made of each file that a command takes', () => {
  expect(loadRuleSet(JSON.stringify(examples['rule-set.json' satisfies ExampleFile]))).toMatchObject({
    ok: true,
  });
});
