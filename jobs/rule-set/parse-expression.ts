import type { Expression, FunctionName, Property, Shape } from './expression.ts';
import { functionNames } from './expression.ts';
import { quoted } from './fields.ts';
import { type PlayerAttribute, ruleSetLimits } from './rule-set.ts';
import { didYouMean } from './spelling.ts';

/** The names an expression may use: instance names per team name (`*` aside), and the declared attributes. */
export interface Scope {
  readonly instances: ReadonlyMap<string, readonly string[]>;
  readonly attributes: ReadonlyMap<string, PlayerAttribute>;
  /** The most players that a party can have, by the sizes of the teams. */
  readonly largestParty: number;
}

/** Thrown inside this folder only: the reader of a rule turns it into a problem at the rule's path. */
export class ExpressionError extends Error {}

/**
 * Reads `func(path)` and its nestings, as `references` of the FlexMatch guide write them. Throws
 * `ExpressionError`.
 */
export function parseExpression(text: string, scope: Scope, depth = 0): Expression {
  const source = text.trim();
  if (source !== '' && Number.isFinite(Number(source)))
    return { kind: 'literal', value: Number(source), shape: { depth: 0, item: 'number' } };
  const call = /^([A-Za-z_]+)\s*\(([\s\S]*)\)$/.exec(source);
  if (call) return parseCall(call[1] ?? '', call[2] ?? '', scope, depth + 1);
  return parsePath(source, scope);
}

/**
 * Whether a reference value is meant as an expression: it names teams in brackets, or calls a function that
 * there is. Any other string is the string itself, `Flag (classic)` too.
 */
export function looksLikeExpression(text: string): boolean {
  const [, called = ''] = /^\s*([A-Za-z_]+)\s*\(/.exec(text) ?? [];
  if (called !== '') return isFunction(called) || /\bteams?\s*\[/i.test(text);
  return /^\s*teams?\s*\[/i.test(text);
}

const isFunction = (name: string) => functionNames.some((known) => known === name.toLowerCase());

function parseCall(name: string, argument: string, scope: Scope, depth: number): Expression {
  if (depth > ruleSetLimits.nesting)
    throw new ExpressionError(`functions stand in each other more than ${ruleSetLimits.nesting} deep`);
  const fn = functionNames.find((known) => known === name.toLowerCase());
  if (fn === undefined)
    throw new ExpressionError(
      `there is no function "${name}"${didYouMean(name, functionNames)}; the functions are ${quoted(functionNames)}`,
    );
  const of = parseExpression(argument, scope, depth);
  return { kind: 'call', name: fn, of, shape: resultShape(fn, of.shape) };
}

/**
 * Functions take the innermost list, on deeper lists each sublist; `flatten` alone removes the outer (team)
 * level.
 */
function resultShape(fn: FunctionName, { depth, item }: Shape): Shape {
  switch (fn) {
    case 'flatten':
      if (depth < 2) throw new ExpressionError('flatten needs a list of lists, such as teams[*].players…');
      return { depth: depth - 1, item };
    case 'set_intersection':
      if (depth < 2 || item !== 'string')
        throw new ExpressionError('set_intersection needs a list of string lists');
      return { depth: depth - 1, item };
    case 'count':
      if (depth < 1) throw new ExpressionError('count needs a list');
      return { depth: depth - 1, item: 'number' };
    default:
      if (depth < 1 || item !== 'number')
        throw new ExpressionError(
          `${fn} needs a list of numbers, such as a number attribute of some players`,
        );
      return { depth: depth - 1, item };
  }
}

const path =
  /^teams?\s*\[([^\]]*)\](?:\s*\.\s*players(?:\s*\[\s*(playerid)\s*\]|\s*\.\s*attributes\s*\[([^\]]*)\](?:\s*\[([^\]]*)\])?)?)?$/i;

function parsePath(source: string, scope: Scope): Expression {
  const found = path.exec(source);
  if (!found)
    throw new ExpressionError(
      `"${source}" is no property expression; expected the like of teams[*].players.attributes[skill], teams[red].players[playerId] or count(teams[red].players)`,
    );
  const [, selector = '', playerId, attribute, mapKey] = found;
  const names = [...new Set(selector.split(',').map((name) => name.trim()))];
  const teams = [...new Set(names.flatMap((name) => instancesOf(name, scope)))];
  const grouped = names.length > 1 || names[0] === '*' || teams.length > 1;
  const depth = grouped ? 1 : 0;
  const make = (property: Property, shape: Shape): Expression => ({
    kind: 'path',
    teams,
    grouped,
    property,
    shape,
  });
  if (attribute !== undefined) {
    const declared = attributeNamed(attribute.trim(), scope);
    const shape = attributeShape(declared, mapKey);
    const property: Property =
      mapKey === undefined
        ? { of: 'attribute', name: declared.name }
        : { of: 'attribute', name: declared.name, mapKey: mapKey.trim() };
    return make(property, { depth: depth + 1 + shape.depth, item: shape.item });
  }
  if (playerId !== undefined) return make({ of: 'playerId' }, { depth: depth + 1, item: 'string' });
  if (/players$/i.test(source)) return make({ of: 'player' }, { depth: depth + 1, item: 'player' });
  return make({ of: 'team' }, { depth, item: 'team' });
}

function instancesOf(name: string, scope: Scope): readonly string[] {
  if (name === '*') return [...new Set([...scope.instances.values()].flat())];
  const instances = scope.instances.get(name);
  if (instances !== undefined) return instances;
  const known = [...scope.instances.keys()];
  throw new ExpressionError(
    `there is no team "${name}"${didYouMean(name, known)}; the teams are ${quoted(known)}`,
  );
}

function attributeNamed(name: string, scope: Scope): PlayerAttribute {
  const declared = scope.attributes.get(name);
  if (declared !== undefined) return declared;
  const known = [...scope.attributes.keys()];
  const hint =
    known.length === 0 ? '; none is declared' : `${didYouMean(name, known)}; declared are ${quoted(known)}`;
  throw new ExpressionError(`playerAttributes declares no "${name}"${hint}`);
}

function attributeShape({ name, type }: PlayerAttribute, mapKey: string | undefined): Shape {
  if (mapKey !== undefined && type !== 'string_number_map')
    throw new ExpressionError(`"${name}" is a ${type}, only a string_number_map has keys`);
  switch (type) {
    case 'number':
      return { depth: 0, item: 'number' };
    case 'string':
      return { depth: 0, item: 'string' };
    case 'string_list':
      return { depth: 1, item: 'string' };
    case 'string_number_map':
      if (mapKey === undefined)
        throw new ExpressionError(
          `"${name}" is a string_number_map and needs a key: attributes[${name}][key]`,
        );
      return { depth: 0, item: 'number' };
  }
}
