/**
 * How often a property is tried: `PROPERTY_RUNS` (default 1,000) times its share, from `PROPERTY_SEED` on
 * (default: a new one each time, which fast-check names when it finds a counterexample).
 */
export function propertyRuns(share = 1): { numRuns: number; seed?: number } {
  const numRuns = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 1_000) * share);
  const seed = process.env['PROPERTY_SEED'];
  return seed === undefined ? { numRuns } : { numRuns, seed: Number(seed) };
}
