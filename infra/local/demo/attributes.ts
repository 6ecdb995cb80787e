import type { AttributeValue } from '../../../jobs/ticket/ticket.ts';
import type { Chance } from './random.ts';

/** An attribute as a rule set's JSON declares it. */
export interface DeclaredAttribute {
  readonly name: string;
  readonly type: 'string' | 'number' | 'string_list' | 'string_number_map';
  readonly default?: unknown;
}

/** The literals a rule set compares with: players that carry them have a chance to pass. */
export interface Literals {
  readonly numbers: readonly number[];
  readonly strings: readonly string[];
}

/** Collects the `referenceValue`s of all rules that are plain values, not expressions. */
export function literalsOf(rules: readonly { readonly referenceValue?: unknown }[]): Literals {
  const values = rules.flatMap((rule) => rule.referenceValue ?? []).flat();
  const isExpression = (text: string) => /[([]/.test(text);
  return {
    numbers: values.filter((it): it is number => typeof it === 'number'),
    strings: values.filter((it): it is string => typeof it === 'string' && !isExpression(it)),
  };
}

const places = ['alpha', 'beta'];

/**
 * A value for an attribute the demo knows nothing about: near its default, or one of the values its rules
 * name.
 */
export function makeValue(attribute: DeclaredAttribute, literals: Literals, chance: Chance): AttributeValue {
  const strings = [...new Set([...literals.strings, ...(literals.strings.length === 0 ? places : [])])];
  switch (attribute.type) {
    case 'number': {
      const around = typeof attribute.default === 'number' ? attribute.default : undefined;
      if (around === undefined && literals.numbers.length > 0)
        return { N: chance.pick([0, ...literals.numbers]) };
      return { N: Math.round((around ?? 20) + chance.normal()) };
    }
    case 'string':
      return { S: typeof attribute.default === 'string' ? attribute.default : chance.pick(strings) };
    case 'string_list':
      return { SL: strings.filter((_, index) => index === 0 || chance.uniform() < 0.8) };
    case 'string_number_map':
      return { SDM: Object.fromEntries(strings.map((key) => [key, Math.round(chance.uniform() * 100)])) };
  }
}
