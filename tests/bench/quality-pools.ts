import { formMatches } from '../../jobs/matchmaking/engine/form-matches.ts';
import type { SearchingTicket } from '../../jobs/ticket/ticket.ts';
import { drawFrom } from './draw.ts';
import { gaps } from './engine-case.ts';
import { benchNow, ticketsOf, workloads } from './engine-workloads.ts';
import { median } from './median.ts';
import { engineOf, meanOf, skillsByTeam } from './quality-simulation.ts';
import { armies, party, squads } from './quality-traffic.ts';

/**
 * Of pools with 25 squads of one size and 10 other players in smaller parties: those whose one match is
 * found, of 10.
 */
export function packedPools(size: number): number {
  const engine = engineOf(squads(size));
  let found = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const draw = drawFrom(seed);
    const sizes = Array.from({ length: 25 }, () => size);
    for (let left = 10; left > 0; ) {
      const other = Math.min(left, 1 + Math.floor(draw.chance() * (size - 1)));
      sizes.push(other);
      left -= other;
    }
    const mixed = sizes.map((of) => ({ of, at: draw.chance() })).sort((a, b) => a.at - b.at);
    const tickets = mixed.map(
      ({ of }, index): SearchingTicket => ({
        ticketId: `t${index}`,
        since: benchNow - 60_000 + index * 100,
        ...party(draw, `p${index}`, of),
      }),
    );
    found += formMatches(engine, tickets, benchNow, seed).matches.length;
  }
  return found;
}

/** How far apart the means of two teams of 50 are, with parties: the median of so many pools. */
export function armiesApart(seeds: number): number {
  const engine = engineOf(armies);
  const spreads = Array.from({ length: seeds }, (_, index) => {
    const draw = drawFrom(index + 1);
    const tickets = Array.from(
      { length: 80 },
      (_ignored, at): SearchingTicket => ({
        ticketId: `t${at}`,
        since: benchNow - 60_000 + at * 100,
        ...armies.ticket(draw, `p${at}`),
      }),
    );
    const [match] = formMatches(engine, tickets, benchNow, index + 1).matches;
    const means = match ? skillsByTeam(match).map(meanOf) : [Number.POSITIVE_INFINITY, 0];
    return Math.max(...means) - Math.min(...means);
  });
  return median(spreads);
}

/** 1,000 waiting for 1v1: the median gap, and the mean gap over that of the best pairing. */
export function pairs(seeds: number): { gap: number; ratio: number } {
  const [duel] = workloads;
  if (duel === undefined) throw new Error('there is no workload');
  const engine = engineOf(duel);
  const runs = Array.from({ length: seeds }, (_, index) => {
    const tickets = ticketsOf(duel, 1_000, index + 1);
    return gaps(tickets, formMatches(engine, tickets, benchNow, 1).matches);
  });
  return {
    gap: median(runs.map(({ gapMedian }) => gapMedian)),
    ratio: median(runs.map(({ gapOptimalRatio }) => gapOptimalRatio)),
  };
}
