import type { TicketPlayer } from '../ticket.ts';
import type { Candidate } from './candidate.ts';
import type { Engine } from './engine.ts';

/**
 * How long (ms) a ticket keeps to those whose fastest location is its own, under `fastestRegion`. FlexMatch says only that it
 * can take longer; without an end, whoever is alone in a region would never play.
 */
export const spillsAfterMs = 10_000;

/**
 * Who an anchor may be matched with, as far as their fastest locations go; undefined where everybody may. A ticket that has
 * waited longer takes whoever suits it, also tickets that have just come.
 */
export function neighboursOf(
  { algorithm, stages }: Pick<Engine, 'algorithm' | 'stages'>,
  { fastest, stage }: Pick<Candidate, 'fastest' | 'stage'>,
): ((other: Pick<Candidate, 'fastest'>) => boolean) | undefined {
  const spilled = (stages[stage]?.from ?? 0) >= spillsAfterMs;
  if (algorithm.batchingPreference !== 'fastestRegion' || fastest === undefined || spilled) return undefined;
  return (other) => other.fastest === undefined || other.fastest === fastest;
}

/** The location with the lowest mean latency of those that all players with latencies report; undefined where there is none. */
export function fastestOf(players: readonly TicketPlayer[]): string | undefined {
  const reports = players.map(({ latencyInMs }) => latencyInMs).filter((it) => it !== undefined);
  const [first = {}] = reports;
  let [best, lowest]: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const location of Object.keys(first)) {
    let sum = 0;
    for (const report of reports)
      sum += Object.hasOwn(report, location) ? (report[location] ?? 0) : Number.POSITIVE_INFINITY;
    if (sum < lowest) [best, lowest] = [location, sum];
  }
  return best;
}
