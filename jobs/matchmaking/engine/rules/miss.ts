import type {
  BatchDistanceRule,
  ComparisonRule,
  DistanceRule,
  LatencyRule,
  Rule,
} from '../../rule-set/rule-set.ts';
import type { Engine } from '../engine.ts';
import { compileGather } from '../expressions.ts';
import type { Lineup } from '../lineup.ts';
import { slackOf } from '../slack.ts';
import type { RuleScope } from './compile-rule.ts';

/** How far a match is from passing a rule, and the bound it is beyond; both in units of what the rule measures. */
export interface Miss {
  readonly by: number;
  readonly limit: number;
}

/** Measures by how much a line-up misses a rule; undefined where it holds, or where the rule measures no distance. */
export function missOf(rule: Rule, engine: Engine): (lineup: Lineup) => Miss | undefined {
  switch (rule.type) {
    case 'batchDistance':
      return missOfSpread(rule, engine);
    case 'distance':
      return missOfDistance(rule, engine);
    case 'comparison':
      return missOfComparison(rule, engine);
    case 'latency':
      return missOfLatency(rule, engine.latencyAggregations.indexOf(rule.partyAggregation));
    default:
      return () => undefined;
  }
}

type Scope = Pick<RuleScope, 'columns' | 'teamIndex'>;

function numbersOf(
  rule: DistanceRule | ComparisonRule,
  { columns, teamIndex }: Scope,
): (lineup: Lineup) => { value: number; reference: number }[] {
  const { referenceValue } = rule;
  if (referenceValue === undefined) return () => [];
  const scope = { columns, teamIndex, aggregation: rule.partyAggregation ?? 'avg' };
  const gatherReference = compileGather(referenceValue, scope);
  const measurements = rule.measurements.map((measurement) => compileGather(measurement, scope));
  return (lineup) => {
    const references: (number | string)[] = [];
    gatherReference(lineup, references);
    return measurements.flatMap((gather) => {
      const values: (number | string)[] = [];
      gather(lineup, values);
      const paired = values.length === references.length;
      return values.map((value, index) => ({
        value: Number(value),
        reference: Number(references[paired ? index : 0]),
      }));
    });
  };
}

/** The largest of them that is more than rounding. */
function worst(misses: readonly Miss[], slack: number): Miss | undefined {
  let largest: Miss | undefined;
  for (const miss of misses) if (miss.by > (largest?.by ?? slack)) largest = miss;
  return largest;
}

function slackAmong(numbers: readonly { value: number; reference: number }[]): number {
  return Math.max(0, ...numbers.map(({ value, reference }) => slackOf(value, reference)));
}

function missOfSpread({ batchAttribute, partyAggregation, maxDistance }: BatchDistanceRule, engine: Engine) {
  const column = engine.columns.attribute(batchAttribute, partyAggregation);
  return ({ members }: Lineup): Miss | undefined => {
    if (maxDistance === undefined) return undefined;
    const cells = members.flatMap(({ blocks }) => blocks.flatMap((block) => block.cells[column] ?? []));
    const values = cells.map(Number);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    return worst([{ by: high - low - maxDistance, limit: maxDistance }], slackOf(low, high));
  };
}

function missOfDistance(rule: DistanceRule, engine: Engine) {
  const { minDistance = 0, maxDistance = Number.POSITIVE_INFINITY } = rule;
  const read = numbersOf(rule, engine);
  return (lineup: Lineup): Miss | undefined => {
    const numbers = read(lineup);
    return worst(
      numbers.flatMap(({ value, reference }) => {
        const gap = Math.abs(value - reference);
        return [
          { by: gap - maxDistance, limit: maxDistance },
          { by: minDistance - gap, limit: minDistance },
        ];
      }),
      slackAmong(numbers),
    );
  };
}

function missOfComparison(rule: ComparisonRule, engine: Engine) {
  const read = numbersOf(rule, engine);
  const sign = { '<': 1, '<=': 1, '>': -1, '>=': -1, '=': 0, '!=': undefined }[rule.operation];
  return (lineup: Lineup): Miss | undefined => {
    if (sign === undefined) return undefined;
    const numbers = read(lineup);
    return worst(
      numbers.map(({ value, reference }) => ({
        by: sign === 0 ? Math.abs(value - reference) : (value - reference) * sign,
        limit: reference,
      })),
      slackAmong(numbers),
    );
  };
}

/** How much too slow the best location is that all of them report; undefined where they share none. */
function missOfLatency({ maxLatency }: LatencyRule, index: number) {
  return ({ members }: Lineup): Miss | undefined => {
    if (maxLatency === undefined) return undefined;
    const latencies = members.flatMap(({ blocks }) =>
      blocks.flatMap((block) => block.latencies[index] ?? []),
    );
    let best = Number.POSITIVE_INFINITY;
    for (const location of latencies[0]?.keys() ?? [])
      best = Math.min(
        best,
        Math.max(...latencies.map((known) => known.get(location) ?? Number.POSITIVE_INFINITY)),
      );
    return Number.isFinite(best) ? worst([{ by: best - maxLatency, limit: maxLatency }], 0) : undefined;
  };
}
