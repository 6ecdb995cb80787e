import { callsOf, type Expression } from './expression.ts';
import type { Fields } from './fields.ts';
import type { Scope } from './parse-expression.ts';

/** Under the default `avg` a party meets a limit on players as soon as its average does. */
export function warnOfHiddenMembers(
  fields: Fields,
  measurements: readonly Expression[],
  reference: Expression | undefined,
  scope: Scope,
): void {
  if (reference === undefined || !fixed(reference)) return;
  if (measurements.some(limitsPlayers)) warnOfAverage(fields, scope);
}

/**
 * For a rule whose limit is on each player's own number, where parties may come and none says how they count.
 */
export function warnOfAverage(fields: Fields, { largestParty }: Scope): void {
  if (fields.get('partyAggregation') !== undefined || largestParty < 2) return;
  fields.findings.warn(
    fields.at('partyAggregation'),
    'is "avg" by default: a party counts with its average, which can hide a member beyond the limit; "min" holds its lowest member to it, "max" its highest',
  );
}

/**
 * Numbers of players as they are, or the lowest or highest of them: an average of all is not moved by how
 * parties count.
 */
function limitsPlayers(expression: Expression): boolean {
  if (expression.kind === 'literal' || expression.shape.item !== 'number') return false;
  const calls = callsOf(expression);
  const isEnd = (name: string) => name === 'min' || name === 'max';
  if (!calls.every((name) => name === 'flatten' || isEnd(name))) return false;
  return calls.some(isEnd) || expression.shape.depth > 0;
}

/** A number whatever the players are like: a literal, or a count. */
function fixed(expression: Expression): boolean {
  return expression.kind === 'literal' || callsOf(expression).includes('count');
}
