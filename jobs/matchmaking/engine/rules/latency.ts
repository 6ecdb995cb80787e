import type { LatencyRule } from '../../rule-set/rule-set.ts';
import type { Block } from '../candidate.ts';
import type { Lineup } from '../lineup.ts';
import { slackOf } from '../slack.ts';
import { broken, failing, holding } from '../verdict.ts';
import type { Judge } from './judge.ts';

/** A latency rule, and its place in `Block.latencies`. */
export interface PlacedLatency {
  readonly rule: LatencyRule;
  readonly index: number;
}

/**
 * Some location must suit every ticket at once, by all of these rules. Locations drop out as tickets join and never come
 * back, except where the distance is from an average, which moves.
 */
export function compileLatency(rules: readonly PlacedLatency[]): Judge {
  const heals = rules.some(({ rule }) => rule.maxDistance !== undefined && rule.distanceReference === 'avg');
  // What can never come back: all but the distances from an average.
  const lasting = rules.map(({ rule, index }) => {
    const { maxDistance: _, ...limit } = rule;
    return { rule: rule.distanceReference === 'avg' ? limit : rule, index };
  });
  return (lineup) => {
    for (const team of lineup.teams)
      for (const first of team) {
        if (someSuits(rules, lineup, first)) return holding;
        return heals && someSuits(lasting, lineup, first) ? failing : broken;
      }
    return holding;
  };
}

function someSuits(rules: readonly PlacedLatency[], lineup: Lineup, first: Block): boolean {
  for (const location of first.latencies[0]?.keys() ?? [])
    if (rules.every(({ rule, index }) => suits(rule, lineup, index, location))) return true;
  return false;
}

/** Whether every ticket's latency to the location is within the rule's limits. */
export function suits(
  rule: LatencyRule,
  lineup: Pick<Lineup, 'teams'>,
  index: number,
  location: string,
): boolean {
  const { maxLatency = Number.POSITIVE_INFINITY, maxDistance } = rule;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let sum = 0;
  let count = 0;
  for (const team of lineup.teams)
    for (const block of team) {
      const latency = block.latencies[index]?.get(location);
      if (latency === undefined || latency > maxLatency) return false;
      if (latency < low) low = latency;
      if (latency > high) high = latency;
      sum += latency * block.size;
      count += block.size;
    }
  if (maxDistance === undefined) return true;
  const reach = maxDistance + slackOf(low, high);
  if (rule.distanceReference === 'min') return high - low <= reach;
  const mean = sum / count;
  return high - mean <= reach && mean - low <= reach;
}
