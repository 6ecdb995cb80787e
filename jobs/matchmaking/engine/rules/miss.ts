import type { ComparisonRule, DistanceRule, LatencyRule, Rule } from '../../../rule-set/rule-set.ts';
import type { Engine } from '../engine.ts';
import { compileList, type Scalar } from '../expressions.ts';
import type { Lineup } from '../lineup.ts';
import { slackOf } from '../slack.ts';
import { latencyTo, locationsOf } from './latency.ts';

/**
 * How far a match is from passing a rule, and the bound it is beyond; both in units of what the rule
 * measures.
 */
export interface Miss {
  readonly by: number;
  readonly limit: number;
}

/**
 * Measures by how much a line-up misses a rule; undefined where it holds, or where the rule measures no
 * distance.
 */
export function missOf(rule: Rule, engine: Engine): (lineup: Lineup) => Miss | undefined {
  switch (rule.type) {
    case 'distance':
      return missOfDistance(rule, engine);
    case 'comparison':
      return missOfComparison(rule, engine);
    case 'latency':
      return missOfLatency(rule);
    default:
      return () => undefined;
  }
}

function numbersOf(
  rule: DistanceRule | ComparisonRule,
  { columns, teamIndex }: Engine,
): (lineup: Lineup) => { value: number; reference: number }[] {
  const { referenceValue } = rule;
  if (referenceValue === undefined) return () => [];
  const scope = { columns, teamIndex, aggregation: rule.partyAggregation ?? 'avg' };
  const gatherReference = compileList(referenceValue, scope);
  const measurements = rule.measurements.map((measurement) => compileList(measurement, scope));
  return (lineup) => {
    const references: Scalar[] = [];
    gatherReference(lineup, references);
    return measurements.flatMap((gather) => {
      const values: Scalar[] = [];
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
function missOfLatency({ maxLatency, partyAggregation }: LatencyRule) {
  return ({ teams, tickets }: Lineup): Miss | undefined => {
    if (maxLatency === undefined) return undefined;
    const parties = teams.flat().map((row) => tickets.playersOf(row));
    const slowest = locationsOf(parties[0] ?? []).map((location) =>
      Math.max(
        ...parties.map(
          (players) => latencyTo(location, players, partyAggregation) ?? Number.POSITIVE_INFINITY,
        ),
      ),
    );
    const best = Math.min(...slowest);
    return Number.isFinite(best) ? worst([{ by: best - maxLatency, limit: maxLatency }], 0) : undefined;
  };
}
