import { inOurSpelling } from '../aws-spelling.ts';
import { parseJson } from './json.ts';

/**
 * The rule set in a file: the text itself, or what stands in `RuleSetBody` of CreateMatchmakingRuleSet or,
 * where it is one rule set, of DescribeMatchmakingRuleSets.
 */
export function ruleSetBodyIn(text: string): string {
  const parsed = parseJson(text);
  if (!parsed.ok) return text;
  const { ruleSets } = propertiesOf(parsed.value);
  const holder = Array.isArray(ruleSets) && ruleSets.length === 1 ? ruleSets[0] : parsed.value;
  const { body } = propertiesOf(holder);
  return typeof body === 'string' ? body : text;
}

const propertiesOf = (value: unknown) => (inOurSpelling(value) ?? {}) as Readonly<Record<string, unknown>>;
