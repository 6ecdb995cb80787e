import { callsOf } from './expression.ts';
import type { ComparisonRule, Rule } from './rule-set.ts';

/** A limit that cannot be met, by the name of its property. */
interface Impossible {
  readonly property: string;
  readonly message: string;
}

/** Why no match of up to `players` players passes the rule, as far as its limits alone show. */
export function impossible(rule: Rule, players: number): Impossible | undefined {
  if (rule.type === 'distance' && (rule.minDistance ?? 0) > (rule.maxDistance ?? Number.POSITIVE_INFINITY))
    return { property: 'minDistance', message: `it is above maxDistance (${rule.maxDistance})` };
  if (rule.type === 'latency' && rule.maxLatency !== undefined && rule.maxLatency < 1)
    return { property: 'maxLatency', message: 'latencies are 1 ms or more' };
  if (rule.type === 'comparison') return impossibleCount(rule, players);
  if (rule.type !== 'collection') return undefined;
  if ((rule.minCount ?? 0) > (rule.maxCount ?? Number.POSITIVE_INFINITY))
    return { property: 'minCount', message: `it is above maxCount (${rule.maxCount})` };
  if (rule.operation === 'contains' && (rule.minCount ?? 0) > players)
    return { property: 'minCount', message: `there are at most ${players} players` };
  const { operation, referenceValue: reference, minCount = 0 } = rule;
  const words = reference?.kind === 'literal' ? [reference.value].flat().length : Number.POSITIVE_INFINITY;
  if (operation === 'reference_intersection_count' && minCount > words)
    return { property: 'minCount', message: `the reference holds ${words} value(s)` };
  return undefined;
}

/** A count of players held to a constant that it cannot reach. */
function impossibleCount(
  { measurements, operation, referenceValue: reference }: ComparisonRule,
  players: number,
): Impossible | undefined {
  const counts = measurements.some((measurement) => callsOf(measurement)[0] === 'count');
  if (!counts || reference?.kind !== 'literal' || typeof reference.value !== 'number') return undefined;
  const { value } = reference;
  const tooMany =
    operation === '>' ? value >= players : (operation === '>=' || operation === '=') && value > players;
  if (tooMany) return { property: 'referenceValue', message: `there are at most ${players} players` };
  const tooFew = operation === '<' ? value <= 0 : (operation === '<=' || operation === '=') && value < 0;
  return tooFew ? { property: 'referenceValue', message: 'a count is never below 0' } : undefined;
}
