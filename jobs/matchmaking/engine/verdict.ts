/**
 * What a rule says about a partly built match: whether it would pass if the match were final now, and whether
 * that can still change as players join. Ordered so that `and` is the smaller, `or` the larger, and `not` the
 * mirror image. An aggregate over nobody is `undecided`: harmless while building, a failure in a finished
 * match.
 */
export const broken = 0;
export const failing = 1;
export const undecided = 2;
export const holding = 3;
export const sure = 4;
export type Verdict = 0 | 1 | 2 | 3 | 4;

export function opposite(verdict: Verdict): Verdict {
  return (4 - verdict) as Verdict;
}
