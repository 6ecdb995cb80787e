import { z } from 'zod';

/** One difference of two JSON values; a side that has nothing there is absent. */
export interface Difference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/**
 * What it takes to make one JSON value of another, the smallest parts that differ. Lists of things with a
 * `name` (teams, rules) or a `target` are compared by it, others place by place.
 */
export function jsonDiff(before: unknown, after: unknown, path = ''): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const [old, young] = [partsOf(before), partsOf(after)];
  if (!old || !young || old.isList !== young.isList)
    return [{ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) }];
  const names = new Set([...old.parts.keys(), ...young.parts.keys()]);
  const inner = [...names].flatMap((name) =>
    jsonDiff(old.parts.get(name), young.parts.get(name), pathTo(path, name, old.isList)),
  );
  return inner.length > 0 ? inner : [{ path, before, after }];
}

const pathTo = (path: string, name: string, isList: boolean): string =>
  isList ? `${path}[${name}]` : path ? `${path}.${name}` : name;

function partsOf(value: unknown): { isList: boolean; parts: Map<string, unknown> } | undefined {
  if (Array.isArray(value)) {
    const names = value.map((it, at) => nameOf(it) ?? String(at));
    const unique = new Set(names).size === names.length;
    return {
      isList: true,
      parts: new Map(value.map((it, at) => [unique ? (names[at] ?? '') : String(at), it])),
    };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return { isList: false, parts: new Map(Object.entries(value)) };
}

function nameOf(value: unknown): string | undefined {
  const { name, target } = (value ?? {}) as { name?: unknown; target?: unknown };
  return typeof name === 'string' ? name : typeof target === 'string' ? target : undefined;
}

/** Most differences of one command that the audit keeps, and most characters of either side of one. */
const mostKept = 20;
const mostCharacters = 200;

/**
 * A field that a command changed, each side as JSON, cut where it is long; a side that has nothing there is
 * absent.
 */
export const fieldChange = z.object({
  path: z.string(),
  from: z.string().exactOptional(),
  to: z.string().exactOptional(),
});
export type FieldChange = z.output<typeof fieldChange>;

/** What the audit keeps of what a command changed: the first fields, and how many more there are. */
export interface KeptChanges {
  readonly fields: readonly FieldChange[];
  readonly more: number;
}

/**
 * The differences of two JSON values, bounded. Of something new `before` is undefined, of something deleted
 * `after`.
 */
export function keptChanges(before: unknown, after: unknown): KeptChanges {
  const all = jsonDiff(before ?? {}, after ?? {});
  const fields = all.slice(0, mostKept).map((it) => ({
    path: cut(it.path),
    ...('before' in it && { from: cut(JSON.stringify(it.before)) }),
    ...('after' in it && { to: cut(JSON.stringify(it.after)) }),
  }));
  return { fields, more: all.length - fields.length };
}

const cut = (text: string): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1).toWellFormed()}…` : text;
