import type { Problem } from '../problem-list.ts';
import { didYouMean, nearest } from './spelling.ts';

/** What loading has found so far. Problems refuse the rule set, warnings do not. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];

  problem(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  warn(path: string, message: string): void {
    this.warnings.push({ path, message });
  }
}

/** A value as an error message names it. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** So many words of a list are named in a message. */
const mostQuoted = 20;

export function quoted(words: Iterable<string>): string {
  const all = [...words];
  const named = all
    .slice(0, mostQuoted)
    .map((word) => `"${word.length > 60 ? `${word.slice(0, 57)}…` : word}"`);
  return [...named, ...(all.length > mostQuoted ? [`${all.length - mostQuoted} more`] : [])].join(', ');
}

/**
 * Numbers may arrive as strings (the docs' own batchDistance example has `"maxDistance":"500"`). NaN when it
 * is none.
 */
export function asNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^\s*[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?\s*$/i.test(value))
    return Number(value);
  return Number.NaN;
}

/** Leaves undefined properties out. */
export function optional<K extends string>(
  values: Record<K, number | undefined>,
): Partial<Record<K, number>> {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as Partial<Record<K, number>>;
}

/**
 * Reads the properties of one JSON object, noting every problem at its path. Property names are taken
 * whatever their case (the docs spell `sortbyAttributes` once); a name close to an allowed one is a slip and
 * a problem, any other unknown name is ignored with a warning.
 */
export class Fields {
  readonly path: string;
  readonly findings: Findings;
  readonly #values = new Map<string, unknown>();

  constructor(findings: Findings, path: string, value: object, allowed: readonly string[], owner: string) {
    this.findings = findings;
    this.path = path;
    const byLowerCase = new Map(allowed.map((name) => [name.toLowerCase(), name]));
    for (const [found, content] of Object.entries(value)) {
      const name = byLowerCase.get(found.toLowerCase());
      if (name !== undefined) this.#values.set(name, content);
      else if (nearest(found, allowed) !== undefined)
        findings.problem(this.at(found), `${owner} has no "${found}"${didYouMean(found, allowed)}`);
      else findings.warn(this.at(found), `ignored: ${owner} has no "${found}"; it has ${quoted(allowed)}`);
    }
  }

  at(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  /** The raw value; JSON null counts as absent. */
  get(name: string): unknown {
    return this.#values.get(name) ?? undefined;
  }

  problem(name: string, message: string): undefined {
    this.findings.problem(this.at(name), message);
    return undefined;
  }

  text(name: string, required: 'required' | 'optional' = 'required'): string | undefined {
    const value = this.get(name);
    if (value === undefined && required === 'optional') return undefined;
    if (typeof value === 'string' && value !== '') return value;
    return this.problem(name, `must be a non-empty string, found ${shown(value)}`);
  }

  number(
    name: string,
    range: { min?: number; whole?: boolean; required?: boolean } = {},
  ): number | undefined {
    const value = this.get(name);
    if (value === undefined && !range.required) return undefined;
    const number = asNumber(value);
    const least = range.min ?? Number.NEGATIVE_INFINITY;
    if (Number.isFinite(number) && number >= least && (!range.whole || Number.isInteger(number)))
      return number;
    const kind = range.whole ? 'a whole number' : 'a number';
    return this.problem(
      name,
      `must be ${kind}${range.min === undefined ? '' : ` of at least ${least}`}, found ${shown(value)}`,
    );
  }

  choice<T extends string>(name: string, allowed: readonly T[], fallback: T): T;
  choice<T extends string>(name: string, allowed: readonly T[]): T | undefined;
  choice<T extends string>(name: string, allowed: readonly T[], fallback?: T): T | undefined {
    const value = this.get(name);
    if (value === undefined && fallback !== undefined) return fallback;
    const exact = allowed.find((word) => word === value);
    if (exact !== undefined) return exact;
    const hint = typeof value === 'string' ? didYouMean(value, allowed) : '';
    this.problem(name, `must be one of ${quoted(allowed)}, found ${shown(value)}${hint}`);
    return fallback;
  }

  /**
   * A list of at most `most` objects, each as its value and path. What is no object is a problem and left
   * out.
   */
  objects(name: string, most = Number.POSITIVE_INFINITY): { path: string; value: object }[] {
    const value = this.get(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.problem(name, `must be a list, found ${shown(value)}`);
      return [];
    }
    if (value.length > most) {
      this.problem(name, `holds ${value.length} entries, at most ${most} are allowed`);
      return [];
    }
    const entries = value.map((entry: unknown, index) => ({
      path: `${this.at(name)}[${index}]`,
      value: entry,
    }));
    return entries.filter((entry): entry is { path: string; value: object } => {
      const ok = typeof entry.value === 'object' && entry.value !== null && !Array.isArray(entry.value);
      if (!ok) this.findings.problem(entry.path, `must be an object, found ${shown(entry.value)}`);
      return ok;
    });
  }
}
