import { z } from 'zod';

/** Names of the GameLift API that differ from ours by more than their first letter. */
const others: Readonly<Record<string, string>> = {
  PlayerAttributes: 'attributes',
  ConfigurationName: 'configuration',
  AcceptanceType: 'acceptance',
  RuleSetBody: 'body',
};

function ourName(name: string): string {
  if (Object.hasOwn(others, name)) return others[name] ?? name;
  return /^[A-Z][A-Za-z]*$/.test(name) ? `${name.slice(0, 1).toLowerCase()}${name.slice(1)}` : name;
}

/**
 * Gives an object our names where it has the GameLift API's (`RuleSetName`); only the object itself, not what
 * is in it. A property that stands there in both spellings keeps them, so that its reader refuses the second.
 */
export function inOurSpelling(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => {
      const ours = ourName(name);
      return [Object.hasOwn(value, ours) ? name : ours, it];
    }),
  );
}

/**
 * A schema of an object that also takes the API's names for its properties. Its types are those of our names.
 */
export const inEitherSpelling = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(inOurSpelling, schema) as unknown as z.ZodType<z.output<Schema>, z.input<Schema>>;
