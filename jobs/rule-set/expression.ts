/** Functions of property expressions, as the FlexMatch guide lists them. */
export const functionNames = [
  'min',
  'max',
  'avg',
  'median',
  'sum',
  'count',
  'stddev',
  'flatten',
  'set_intersection',
] as const;
export type FunctionName = (typeof functionNames)[number];

/**
 * What a path reads from its teams. `mapKey` reads one entry of a string_number_map (works, but
 * undocumented).
 */
export type Property =
  | { readonly of: 'team' }
  | { readonly of: 'player' }
  | { readonly of: 'playerId' }
  | { readonly of: 'attribute'; readonly name: string; readonly mapKey?: string };

/**
 * What an expression is: lists `depth` deep of `item`. A string_list attribute is one level of strings.
 * `teams[red].players.attributes[skill]` is `{depth: 1, item: 'number'}`, with `teams[*]` depth 2.
 */
export interface Shape {
  readonly depth: number;
  readonly item: 'number' | 'string' | 'player' | 'team';
}

/**
 * A parsed property expression. `teams` are instance names; `grouped`: the selector named more than one, or
 * `*`.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: number | string | readonly string[]; readonly shape: Shape }
  | {
      readonly kind: 'path';
      readonly teams: readonly string[];
      readonly grouped: boolean;
      readonly property: Property;
      readonly shape: Shape;
    }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly of: Expression; readonly shape: Shape };

/**
 * A parsed compound statement: rule names joined by `and`, `or`, `not`, `xor` (more than two arguments are
 * accepted).
 */
export type Statement =
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'and' | 'or' | 'xor' | 'not'; readonly of: readonly Statement[] };

/** Every path inside an expression. */
export function pathsOf(expression: Expression): Extract<Expression, { kind: 'path' }>[] {
  if (expression.kind === 'path') return [expression];
  return expression.kind === 'call' ? pathsOf(expression.of) : [];
}

/** Every function an expression calls, outermost first. */
export function callsOf(expression: Expression): FunctionName[] {
  return expression.kind === 'call' ? [expression.name, ...callsOf(expression.of)] : [];
}

/** Every rule a statement names. */
export function rulesIn(statement: Statement): string[] {
  return statement.kind === 'rule' ? [statement.name] : statement.of.flatMap(rulesIn);
}

/** An expression as a rule set writes it, teams by instance name. */
export function written(expression: Expression): string {
  if (expression.kind === 'literal') return String(expression.value);
  if (expression.kind === 'call') return `${expression.name}(${written(expression.of)})`;
  const { teams, property } = expression;
  const of = `teams[${teams.join(',')}]`;
  if (property.of === 'team') return of;
  if (property.of === 'player') return `${of}.players`;
  if (property.of === 'playerId') return `${of}.players[playerId]`;
  const key = property.mapKey === undefined ? '' : `[${property.mapKey}]`;
  return `${of}.players.attributes[${property.name}]${key}`;
}
