/**
 * How a ladder's active players are rated: means, ascending, at equal steps of rank from the last player to
 * the first.
 */
export type Distribution = readonly number[];

/** Means that a distribution keeps at most: a step is a tenth of a percentile. */
const mostKept = 1_001;

/** How far players of a ladder are gone through, of so many, in ascending order of their means. */
interface Sampled {
  readonly players: number;
  readonly seen: number;
  readonly means: Distribution;
}

/** Takes in the means that come next. */
export function sample({ players, seen, means }: Sampled, next: readonly number[]): Omit<Sampled, 'players'> {
  const step = Math.max(1, (players - 1) / (mostKept - 1));
  const kept = [...means];
  for (const [at, mean] of next.entries())
    if (kept.length < mostKept && Math.round(kept.length * step) === seen + at) kept.push(mean);
  return { seen: seen + next.length, means: kept };
}

/** The distribution of means that are in ascending order. */
export const distributionOf = (means: readonly number[]): Distribution =>
  sample({ players: means.length, seen: 0, means: [] }, means).means;

/**
 * Where a mean stands among the active players, from 0 (the last) to 100 (the first); 50 among fewer than
 * two.
 */
export function percentileOf(mean: number, distribution: Distribution): number {
  const last = distribution.length - 1;
  if (last < 1) return 50;
  const below = countBelow(distribution, (it) => it < mean);
  const upTo = countBelow(distribution, (it) => it <= mean);
  if (upTo > below) return (50 * (below + upTo - 1)) / last;
  const [lower, upper] = [distribution[below - 1], distribution[below]];
  if (lower === undefined) return 0;
  if (upper === undefined) return 100;
  return (100 * (below - 1 + (mean - lower) / (upper - lower))) / last;
}

/** How many of the first are so; from the first that is not, none is. */
function countBelow(distribution: Distribution, isSo: (mean: number) => boolean): number {
  let [from, to] = [0, distribution.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isSo(distribution[middle] ?? 0)) from = middle + 1;
    else to = middle;
  }
  return from;
}
