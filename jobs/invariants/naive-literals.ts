/** A rule set as its author writes it. */
// biome-ignore lint/suspicious/noExplicitAny: the checker reads raw JSON on purpose, not the loader's types
export type RawRuleSet = any;

const numeric = /^(m(in|ax)(Players|Distance|Count|Latency)|quantity|waitTimeSeconds)$/;

/** A rule set's own copy whose limits and sizes are numbers, which their authors may write as strings. */
export function numbered(raw: RawRuleSet): RawRuleSet {
  return JSON.parse(JSON.stringify(raw), literal);
}

/** What the property of this name means by a value. */
export function literal(property: string, value: unknown): unknown {
  return typeof value === 'string' && numeric.test(property) ? Number(value) : value;
}

/** Whether a text reads from the match; any other stands for itself. */
export function reads(text: unknown): text is string {
  return typeof text === 'string' && /teams?\s*\[/i.test(text);
}

/** A literal beside a number is a number, beside a string its letters. */
export function beside<T>(other: T, value: T): T {
  if (typeof other === 'number' && typeof value === 'string') return Number(value) as T;
  return typeof other === 'string' && typeof value === 'number' ? (String(value) as T) : value;
}
