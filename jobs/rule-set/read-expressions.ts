import { type Expression, pathsOf } from './expression.ts';
import { asNumber, type Fields, shown } from './fields.ts';
import { ExpressionError, looksLikeExpression, parseExpression, type Scope } from './parse-expression.ts';

/**
 * `measurements`: a list of expressions or one bare string (docs ex. 11). Undefined when one of them is
 * wrong.
 */
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
    const lists = found === 'string' && readsLists(expression, scope);
    if (item === 'any' && lists)
      return fields.problem(
        property,
        `"${text}" gives string lists; a comparison needs numbers or strings, a collection rule compares lists`,
      );
    if (item === 'string' && lists && expression.shape.depth < 2)
      return fields.problem(
        property,
        `measurement which was not a list of string lists: "${text}" gives one list of strings, not a list for each player`,
      );
    return expression;
  });
  const good = read.filter((expression) => expression !== undefined);
  return good.length === read.length ? good : undefined;
}

/**
 * What a reference value is compared with: a literal takes this type. `lists`: it may be a list of strings.
 */
export interface Compared {
  readonly item: 'number' | 'string';
  readonly lists?: boolean;
}

/**
 * `referenceValue`: a literal, an expression or (collections) a list of strings. Undefined when absent or
 * wrong.
 */
export function readReference(fields: Fields, scope: Scope, compared: Compared): Expression | undefined {
  const value = fields.get('referenceValue');
  return value === undefined ? undefined : parseReference(fields, 'referenceValue', value, scope, compared);
}

/** One reference value found at `property`; a problem is noted there. */
export function parseReference(
  fields: Fields,
  property: string,
  value: unknown,
  scope: Scope,
  { item, lists = false }: Compared,
): Expression | undefined {
  if (lists && Array.isArray(value) && value.every(isLiteral))
    return { kind: 'literal', value: [...new Set(value.map(String))], shape: { depth: 1, item: 'string' } };
  if (typeof value !== 'string' && typeof value !== 'number')
    return fields.problem(
      property,
      `must be a number, a string${lists ? ', a list of strings' : ''} or an expression, found ${shown(value)}`,
    );
  if (typeof value === 'string' && looksLikeExpression(value)) {
    const expression = parsed(fields, property, value, scope);
    if (expression === undefined) return undefined;
    if (!lists && item === 'string' && readsLists(expression, scope))
      return fields.problem(property, `"${value}" gives string lists; compare with a string`);
    if (expression.shape.item === item) return expression;
    return fields.problem(
      property,
      `"${value}" gives ${expression.shape.item}s, the measurements give ${item}s`,
    );
  }
  if (item === 'string')
    return { kind: 'literal', value: String(value), shape: { depth: 0, item: 'string' } };
  const number = asNumber(value);
  if (Number.isFinite(number)) return { kind: 'literal', value: number, shape: { depth: 0, item: 'number' } };
  return fields.problem(
    property,
    `must be a number, as the measurements are, or a numeric expression, found ${shown(value)}`,
  );
}

const isLiteral = (value: unknown) => typeof value === 'string' || typeof value === 'number';

/** What the measurements give; undefined where some give numbers and others strings. */
export function itemOf(measurements: readonly Expression[]): 'number' | 'string' | undefined {
  const items = new Set(measurements.map(({ shape }) => shape.item));
  if (items.size !== 1) return undefined;
  return items.has('number') ? 'number' : 'string';
}

function readsLists(expression: Expression, { attributes }: Scope): boolean {
  return pathsOf(expression).some(
    ({ property }) => property.of === 'attribute' && attributes.get(property.name)?.type === 'string_list',
  );
}

function parsed(fields: Fields, property: string, text: string, scope: Scope): Expression | undefined {
  try {
    return parseExpression(text, scope);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return fields.problem(property, error.message);
  }
}
