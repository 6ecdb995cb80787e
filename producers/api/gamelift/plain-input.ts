import { Fault } from './fault.ts';

/** Deeper than any input of these operations. */
const mostDepth = 16;

/**
 * An input as plain objects, lists and values: `null` means absent, and members are the value's own. A member
 * called `__proto__` would be another thing to each of its readers, so it is refused.
 */
export function plainInput(value: unknown, depth = 0): unknown {
  if (depth > mostDepth) throw new Fault('SerializationException', 'The body is nested too deep.');
  if (Array.isArray(value)) return value.filter((it) => it !== null).map((it) => plainInput(it, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, it] of Object.entries(value)) {
    if (name === '__proto__') throw new Fault('SerializationException', 'A member is called __proto__.');
    if (it !== null && it !== undefined) copy[name] = plainInput(it, depth + 1);
  }
  return copy;
}
