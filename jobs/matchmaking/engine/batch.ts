import type { LatencyRule } from '../../rule-set/rule-set.ts';
import type { TicketPlayer } from '../../ticket/ticket.ts';
import type { Columns, NamesOf } from './columns.ts';
import type { SharedBits } from './lineup.ts';
import { type Bits, everything, stringsIn } from './names.ts';
import { latencyTo, locationsOf } from './rules/latency.ts';
import type { Runs } from './runs.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';

/**
 * The candidates that could play where the anchor can, all in one location; undefined when no latency rule
 * limits any. `largestPopulation` (also for exhaustive searches): the location acceptable to most.
 * `fastestRegion`: the anchor's fastest, and only tickets for whom it is the fastest too. A choice of whom to
 * try first, never a verdict: how long `fastestRegion` leaves no other is in `fastest-region.ts`.
 */
export function inOneLocation(
  { engine, tickets }: Scene,
  anchor: Slot,
  candidates: readonly Slot[],
): Slot[] | undefined {
  const { fastest } = engine;
  if (fastest !== undefined)
    return candidates.filter((slot) => tickets.cell(slot, fastest) === tickets.cell(anchor, fastest));
  const column = engine.stages[tickets.stage(anchor)]?.reach?.column;
  if (column === undefined) return undefined;
  const populations = new Int32Array(31);
  const own = stringsIn(tickets.cell(anchor, column));
  for (const slot of candidates)
    for (let shared = own & tickets.cell(slot, column); shared !== 0; shared &= shared - 1) {
      const bit = 31 - Math.clz32(shared & -shared);
      populations[bit] = (populations[bit] ?? 0) + 1;
    }
  const most = populations.indexOf(Math.max(...populations));
  return candidates.filter((slot) => (tickets.cell(slot, column) >> most) & 1);
}

/** The locations that all players who report latencies share; everything where nobody reports any. */
export function reportedBy(players: readonly TicketPlayer[], namesOf: NamesOf): Bits {
  let shared = everything;
  for (const { latencyInMs } of players)
    if (latencyInMs !== undefined) shared &= namesOf('').bitsOf(Object.keys(latencyInMs));
  return shared;
}

/** Bits of locations that all members of a match must have in common. */
export function sharedBits(
  key: readonly unknown[],
  read: (players: readonly TicketPlayer[], namesOf: NamesOf) => Bits,
  { columns, runs }: { readonly columns: Columns; readonly runs: Runs },
): SharedBits {
  const column = columns.index(['locations', ...key], read, 'bits');
  return { column, run: runs.index({ of: 'and', column, times: 'once', ofMatch: true }) };
}

/** The locations within every limit that these rules set. */
export function withinReach(rules: readonly LatencyRule[]) {
  return (players: readonly TicketPlayer[], namesOf: NamesOf): Bits =>
    namesOf('').bitsOf(
      locationsOf(players).filter((location) =>
        rules.every(({ maxLatency = Number.POSITIVE_INFINITY, partyAggregation }) => {
          const latency = latencyTo(location, players, partyAggregation);
          return latency !== undefined && latency <= maxLatency;
        }),
      ),
    );
}
