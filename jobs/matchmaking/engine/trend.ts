import type { Expression } from '../../rule-set/expression.ts';

/**
 * How the values of an expression move as players join: `fixed` values stay once they are there (new ones may
 * appear beside them), `rises` and `falls` never turn back, `any` is anybody's guess. Pruning a partly built
 * match is sound only where a broken relation cannot heal.
 */
export type Trend = 'fixed' | 'rises' | 'falls' | 'any';

export function trendOf(expression: Expression): Trend {
  if (expression.kind === 'literal') return 'fixed';
  if (expression.kind === 'path') return expression.property.of === 'team' ? 'rises' : 'fixed';
  const of = trendOf(expression.of);
  switch (expression.name) {
    case 'flatten':
      return of;
    case 'max':
      return of === 'fixed' || of === 'rises' ? 'rises' : 'any';
    case 'min':
      return of === 'fixed' || of === 'falls' ? 'falls' : 'any';
    case 'count':
      return of === 'falls' ? 'falls' : 'rises';
    case 'set_intersection':
      return 'falls';
    default:
      return 'any';
  }
}

/** Which way the difference between a value and what it is compared with may still move, as players join. */
export function gapMoves(
  value: Expression,
  reference?: Expression,
): { readonly mayDrop: boolean; readonly mayClimb: boolean } {
  const [left, right] = [trendOf(value), reference ? trendOf(reference) : 'fixed'];
  return { mayDrop: mayFall(left) || mayRise(right), mayClimb: mayRise(left) || mayFall(right) };
}

const mayRise = (trend: Trend): boolean => trend === 'rises' || trend === 'any';
const mayFall = (trend: Trend): boolean => trend === 'falls' || trend === 'any';
