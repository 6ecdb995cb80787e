import { z } from 'zod';

const isObject = (given: unknown): boolean => Object.prototype.toString.call(given) === '[object Object]';

/**
 * A schema of an object whose names are chosen by whoever sends it: attributes, locations. `z.record` leaves
 * out what is called `__proto__` and says nothing; here it is a name like any other. What is read has no
 * prototype, so that nothing is found in it but what was sent.
 */
export function byName<Value extends z.ZodType>(
  name: z.ZodType<string, string>,
  value: Value,
): z.ZodType<Readonly<Record<string, z.output<Value>>>, Readonly<Record<string, z.input<Value>>>> {
  const said = (schema: z.ZodType) => {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    return rest;
  };
  const entries = (given: unknown, { issues }: { readonly issues: z.core.$ZodRawIssue[] }) => {
    if (!isObject(given)) {
      issues.push({ code: 'invalid_type', expected: 'record', input: given });
      return z.NEVER;
    }
    const values = new Map(Object.entries(given as object));
    for (const key of values.keys()) {
      const { error } = name.safeParse(key);
      if (error)
        issues.push({ code: 'invalid_key', origin: 'record', issues: error.issues, path: [key], input: key });
    }
    return values;
  };
  const schema = z
    .preprocess(entries, z.map(z.string(), value))
    .transform((values) => Object.assign(Object.create(null), Object.fromEntries(values)))
    .meta({ type: 'object', propertyNames: said(name), additionalProperties: said(value) });
  return schema as unknown as ReturnType<typeof byName<Value>>;
}

/** What such an object has under a name; nothing of what every object is born with. */
export const named = <Value>(
  values: Readonly<Record<string, Value>> | undefined,
  name: string,
): Value | undefined => (values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined);
