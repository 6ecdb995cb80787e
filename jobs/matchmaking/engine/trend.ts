import type { Expression } from '../../rule-set/expression.ts';

/**
 * How the values of an expression move as players join: `fixed` values stay once they are there (new ones may appear
 * beside them), `rises` and `falls` never turn back, `any` is anybody's guess. Pruning a partly built match is sound
 * only where a broken relation cannot heal.
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

export function mayRise(trend: Trend): boolean {
  return trend === 'rises' || trend === 'any';
}

export function mayFall(trend: Trend): boolean {
  return trend === 'falls' || trend === 'any';
}
