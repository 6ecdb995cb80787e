/**
 * Some thousand times what rounding puts into a mean or sum of 200 doubles, and far below any unit that
 * players see.
 */
const share = 1e-12;

/**
 * How far two numbers may lie beyond a bound and still be on it: averages, sums and differences of decimals
 * are inexact, and bounds are inclusive. Relative to the larger magnitude, but at least 1e-12.
 */
export function slackOf(one: number, other: number): number {
  return share * Math.max(1, Math.abs(one), Math.abs(other));
}
