import type { Expression } from './expression.ts';
import { asNumber, type Fields, shown } from './fields.ts';
import { ExpressionError, looksLikeExpression, parseExpression, type Scope } from './parse-expression.ts';

/** `measurements`: a list of expressions or one bare string (docs ex. 11). Undefined when one of them is wrong. */
export function readMeasurements(
  fields: Fields,
  scope: Scope,
  item: 'number' | 'string' | 'any',
): Expression[] | undefined {
  const value = fields.get('measurements');
  const texts: unknown[] = Array.isArray(value) ? value : [value];
  if (value === undefined || texts.length === 0)
    return fields.problem('measurements', `must be an expression or a list of them, found ${shown(value)}`);
  const read = texts.map((text, index) => {
    const property = Array.isArray(value) ? `measurements[${index}]` : 'measurements';
    if (typeof text !== 'string') return fields.problem(property, `must be a string, found ${shown(text)}`);
    const expression = parsed(fields, property, text, scope);
    if (expression === undefined) return undefined;
    const found = expression.shape.item;
    if (found === 'player' || found === 'team')
      return fields.problem(
        property,
        `"${text}" is a list of ${found}s; measure an attribute or a count of it`,
      );
    if (item !== 'any' && found !== item)
      return fields.problem(property, `"${text}" gives ${found}s where ${item}s are needed`);
    return expression;
  });
  const good = read.filter((expression) => expression !== undefined);
  return good.length === read.length ? good : undefined;
}

/** `referenceValue`: a number, a string, an expression or (collections) a list of strings. Undefined when absent or wrong. */
export function readReference(fields: Fields, scope: Scope, lists?: 'listAllowed'): Expression | undefined {
  const value = fields.get('referenceValue');
  return value === undefined ? undefined : parseReference(fields, 'referenceValue', value, scope, lists);
}

/** One reference value found at `property`; a problem is noted there. */
export function parseReference(
  fields: Fields,
  property: string,
  value: unknown,
  scope: Scope,
  lists?: 'listAllowed',
): Expression | undefined {
  if (typeof value === 'number') return { kind: 'literal', value, shape: { depth: 0, item: 'number' } };
  if (lists && Array.isArray(value) && value.every((entry) => typeof entry === 'string'))
    return { kind: 'literal', value: [...new Set<string>(value)], shape: { depth: 1, item: 'string' } };
  if (typeof value !== 'string')
    return fields.problem(
      property,
      `must be a number, a string${lists ? ', a list of strings' : ''} or an expression, found ${shown(value)}`,
    );
  if (looksLikeExpression(value)) return parsed(fields, property, value, scope);
  if (!lists && Number.isFinite(asNumber(value)))
    return { kind: 'literal', value: asNumber(value), shape: { depth: 0, item: 'number' } };
  return { kind: 'literal', value, shape: { depth: 0, item: 'string' } };
}

function parsed(fields: Fields, property: string, text: string, scope: Scope): Expression | undefined {
  try {
    return parseExpression(text, scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return fields.problem(property, error.message);
  }
}
