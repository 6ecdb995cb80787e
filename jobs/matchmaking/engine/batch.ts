import type { TicketPlayer } from '../ticket.ts';
import type { Block, Candidate } from './candidate.ts';
import type { Engine, Stage } from './engine.ts';

/**
 * The candidates that could play where the anchor can, all in one location; undefined when no latency rule limits any.
 * `largestPopulation` (also for exhaustive searches): the location acceptable to most. `fastestRegion`: the anchor's
 * fastest, and only tickets for whom it is the fastest too. A choice of whom to try first, never a verdict: how long
 * `fastestRegion` leaves no other is in `fastest-region.ts`.
 */
export function inOneLocation(
  engine: Engine,
  anchor: Candidate,
  candidates: readonly Candidate[],
): Candidate[] | undefined {
  const { stage } = anchor;
  if (engine.algorithm.batchingPreference === 'fastestRegion')
    return candidates.filter(({ fastest }) => fastest === anchor.fastest);
  if (engine.stages[stage]?.latencyLimits.length === 0) return undefined;
  const populations = new Int32Array(31);
  const own = anchor.reach[stage] ?? 0;
  for (const { reach } of candidates)
    for (let shared = own & (reach[stage] ?? 0); shared !== 0; shared &= shared - 1) {
      const bit = 31 - Math.clz32(shared & -shared);
      populations[bit] = (populations[bit] ?? 0) + 1;
    }
  const most = populations.indexOf(Math.max(...populations));
  return candidates.filter(({ reach }) => ((reach[stage] ?? 0) >> most) & 1);
}

/** Bits of the locations that all players who report latencies share; all bits where nobody reports any. */
export function reportedBy(players: readonly TicketPlayer[], locations: Map<string, number>): number {
  let shared = -1;
  for (const { latencyInMs } of players) {
    if (latencyInMs === undefined) continue;
    let own = 0;
    for (const location of Object.keys(latencyInMs)) own |= bitOf(location, locations);
    shared &= own;
  }
  return shared;
}

function bitOf(location: string, locations: Map<string, number>): number {
  const index = locations.get(location) ?? locations.size;
  locations.set(location, index);
  return 1 << (index % 31);
}

/** The locations within every limit for every block, as bits. `locations` numbers them as they appear. */
export function reachOf(
  blocks: readonly Block[],
  limits: Stage['latencyLimits'],
  locations: Map<string, number>,
): number {
  let reach = 0;
  for (const location of blocks[0]?.latencies[0]?.keys() ?? [])
    if (blocks.every((block) => within(block, location, limits))) reach |= bitOf(location, locations);
  return reach;
}

/** Whether a location's latency suits a block under every limit. */
function within({ latencies }: Block, location: string, limits: Stage['latencyLimits']): boolean {
  for (const { index, maxLatency } of limits) {
    const latency = latencies[index]?.get(location);
    if (latency === undefined || latency > maxLatency) return false;
  }
  return true;
}
