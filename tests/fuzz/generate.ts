import { z } from 'zod';
import type { Chance } from '../../infra/local/demo/random.ts';
import type { Job } from '../../jobs/contract.ts';

/** The part of JSON Schema that contracts are made of. */
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | false;
  readonly prefixItems?: readonly Schema[];
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
}

/** Makes items of a job, or of whatever has a schema of items, from that: most of them good. */
export function itemsOf(job: Pick<Job, 'item'>): (random: Chance) => unknown {
  const schema = z.toJSONSchema(job.item, {
    io: 'input',
    unrepresentable: 'any',
    reused: 'inline',
  }) as Schema;
  return (random) => make(schema, random);
}

const words = [
  'duel',
  'p-1',
  'p-2',
  't-1',
  'm-1',
  'red',
  'blue',
  'eu-west-1',
  'skill',
  'default',
  '0190a0b0-0000-7000-8000-000000000001',
];

function make(schema: Schema, random: Chance): unknown {
  const choice = schema.anyOf ?? schema.oneOf ?? schema.allOf;
  if (choice) return make(random.pick(choice), random);
  if ('const' in schema) return schema.const;
  if (schema.enum) return random.pick(schema.enum);
  switch (schema.type) {
    case 'object':
      return makeObject(schema, random);
    case 'array':
      if (schema.prefixItems) return schema.prefixItems.map((item) => make(item, random));
      return Array.from({ length: (schema.minItems ?? 0) + Math.floor(random.uniform() * 3) }, () =>
        make(schema.items || {}, random),
      );
    case 'integer':
    case 'number':
      return Math.min(
        schema.maximum ?? 1_000,
        Math.max(schema.minimum ?? 0, Math.floor(random.uniform() * 100)),
      );
    case 'boolean':
      return random.uniform() < 0.5;
    default:
      return random.pick(words).padEnd(schema.minLength ?? 0, 'x');
  }
}

function makeObject(
  { properties = {}, required = [], additionalProperties }: Schema,
  random: Chance,
): unknown {
  const own = Object.entries(properties)
    .filter(([name]) => required.includes(name) || random.uniform() < 0.5)
    .map(([name, schema]) => [name, make(schema, random)] as const);
  const more =
    typeof additionalProperties === 'object'
      ? [[random.pick(words), make(additionalProperties, random)] as const]
      : [];
  return Object.fromEntries([...own, ...more]);
}
