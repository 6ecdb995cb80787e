import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';

/**
 * The candidates that could play where the anchor can, all in one location; undefined when no latency rule limits any.
 * `largestPopulation` (also for exhaustive searches): the location acceptable to most. `fastestRegion`: the anchor's
 * fastest, and only tickets for whom it is the fastest too.
 */
export function inOneLocation(
  engine: Engine,
  anchor: Candidate,
  candidates: readonly Candidate[],
): Candidate[] | undefined {
  const limits = engine.stages[anchor.stage]?.latencyLimits ?? [];
  if (limits.length === 0) return undefined;
  const own = acceptable(anchor, limits);
  if (engine.algorithm.batchingPreference === 'fastestRegion')
    return candidates.filter((candidate) => fastest(candidate) === fastest(anchor));
  let best: Candidate[] | undefined;
  for (const location of own) {
    const there = candidates.filter((candidate) => accepts(candidate, location, limits));
    if (best === undefined || there.length > best.length) best = there;
  }
  return best;
}

interface Limit {
  readonly index: number;
  readonly maxLatency: number;
}

function acceptable(candidate: Candidate, limits: readonly Limit[]): string[] {
  const locations = [...(candidate.blocks[0]?.latencies[0]?.keys() ?? [])];
  return locations.filter((location) => accepts(candidate, location, limits));
}

function accepts({ blocks }: Candidate, location: string, limits: readonly Limit[]): boolean {
  for (const { latencies } of blocks)
    for (const { index, maxLatency } of limits) {
      const latency = latencies[index]?.get(location);
      if (latency === undefined || latency > maxLatency) return false;
    }
  return true;
}

function fastest({ blocks }: Candidate): string | undefined {
  let best: string | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const [location, latency] of blocks[0]?.latencies[0] ?? [])
    if (latency < lowest) [best, lowest] = [location, latency];
  return best;
}
