/** The middle one; of an even number the upper of the two. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * Where the median of what the values are drawn from lies with 95 % certainty: between ranks n/2 ± 0.98·√n,
 * as the sign test has it.
 */
export function medianWithin(values: readonly number[]): [number, number] {
  const sorted = values.toSorted((a, b) => a - b);
  const reach = 0.98 * Math.sqrt(sorted.length);
  const at = (place: number) => sorted[Math.min(Math.max(place, 0), sorted.length - 1)] ?? Number.NaN;
  return [at(Math.floor(sorted.length / 2 - reach)), at(Math.ceil(sorted.length / 2 + reach))];
}
