import type { LatencyRule } from '../../rule-set/rule-set.ts';
import type { Block } from '../candidate.ts';
import type { Lineup } from '../lineup.ts';
import { slackOf } from '../slack.ts';
import { broken, failing, holding } from '../verdict.ts';
import type { Judge } from './judge.ts';

/**
 * Some location must suit every ticket at once. Locations drop out as tickets join and never come back, except where
 * the distance is from an average, which moves. `index` is the rule's place in `Block.latencies`.
 */
export function compileLatency(rule: LatencyRule, index: number): Judge {
  const heals = rule.maxDistance !== undefined && rule.distanceReference === 'avg';
  return (lineup) => {
    for (const team of lineup.teams)
      for (const first of team) {
        for (const location of first.latencies[index]?.keys() ?? [])
          if (suits(rule, lineup, index, location)) return holding;
        return heals && someShared(lineup, index, first, rule) ? failing : broken;
      }
    return holding;
  };
}

/** Whether every ticket's latency to the location is within the rule's limits. */
function suits(rule: LatencyRule, lineup: Lineup, index: number, location: string): boolean {
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

function someShared(lineup: Lineup, index: number, first: Block, rule: LatencyRule): boolean {
  const { maxDistance: _, ...limit } = rule;
  for (const location of first.latencies[index]?.keys() ?? [])
    if (suits(limit, lineup, index, location)) return true;
  return false;
}
