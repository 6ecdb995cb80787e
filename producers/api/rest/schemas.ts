import { z } from 'zod';
import { catalogue } from '../../../jobs/catalogue.ts';
import { eventForm } from '../../../jobs/event/event-form.ts';
import { jsonSchema as fileSchema, schemaNames } from '../../../jobs/json-schemas.ts';

type Schema = Record<string, unknown>;

/** A schema as JSON Schema says it: what a caller writes. What cannot be said in JSON Schema is anything. */
export function jsonSchema(schema: z.ZodType): Schema {
  const { $schema, ...said } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    // A schema that takes either spelling begins with a change of names: what it is, is what comes after.
    override: ({ zodSchema, jsonSchema: written }) => {
      const { def } = zodSchema._zod;
      if (def.type !== 'pipe') return;
      const { in: before, out: after } = def as unknown as { in: z.ZodType; out: z.ZodType };
      if (before._zod.def.type === 'transform') Object.assign(written, jsonSchema(after));
    },
  }) as Schema;
  return said;
}

/** Items of every kind of job, for services that add jobs with BullMQ alone. */
const jobSchemas = () =>
  Object.fromEntries(
    catalogue.map(({ kind, queue, item, limit }) => [kind, { queue, limit, item: jsonSchema(item) }]),
  );

/**
 * JSON Schemas that are served, by name: of jobs, of events, and of settings as files and requests hold them.
 */
export const schemaDocuments: ReadonlyMap<string, () => object> = new Map([
  ['jobs', jobSchemas],
  ['event', () => ({ title: 'Matchmaking event', ...jsonSchema(eventForm) })],
  ...schemaNames.map((name) => [name, () => fileSchema(name)] as const),
]);
