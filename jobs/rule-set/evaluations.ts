import { rulesIn } from './expression.ts';
import type { Rule } from './rule-set.ts';

/**
 * How often rules are evaluated for one look at a match, at most: once per measurement, and a compound as
 * often as it names rules, those of compounds it names included. A rule that a compound names is enforced
 * through it alone.
 */
export function evaluationsOf(rules: readonly Rule[]): number {
  const each = new Map<string, number>();
  const named = new Set<string>();
  for (const rule of rules) {
    const parts = rule.type === 'compound' ? rulesIn(rule.statement) : [];
    for (const part of parts) named.add(part);
    const own = 'measurements' in rule ? rule.measurements.length : 1;
    const through = parts.reduce((sum, part) => sum + (each.get(part) ?? 0), 0);
    each.set(rule.name, rule.type === 'compound' ? through : own);
  }
  return rules.reduce((sum, { name }) => sum + (named.has(name) ? 0 : (each.get(name) ?? 0)), 0);
}
