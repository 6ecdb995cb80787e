import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import { metricNamespace } from '../../jobs/metrics.ts';
import type { MetricSink } from './metrics.ts';

/** Limits of the embedded metric format: values per metric and metrics per line. */
export const emfLimits = { values: 100, metrics: 100 } as const;

/**
 * Metrics as lines of CloudWatch's embedded metric format, which CloudWatch Logs turns into the same metrics
 * as PutMetricData would. Share the output with the log: it writes whole lines, so the two never mix within
 * one. Log lines have a `level`, these have `_aws`.
 */
export function createEmfSink(output: { write(line: string): unknown }): MetricSink {
  const write = async (data: readonly MetricDatum[]): Promise<MetricDatum[]> => {
    for (const line of toLines(data)) output.write(`${line}\n`);
    return [];
  };
  return { put: write, close: write };
}

/** One series: the format knows no counts, so a value seen ten times stands there ten times. */
interface Target {
  readonly datum: MetricDatum;
  readonly values: readonly number[];
}

/** Metrics of the same dimensions share lines, as far as both limits let them. */
export function toLines(data: readonly MetricDatum[]): string[] {
  const groups = Map.groupBy(data, ({ Dimensions }) => JSON.stringify(Dimensions));
  return [...groups.values()].flatMap((group) => {
    const byMetric = Map.groupBy(group, (datum) => datum.MetricName);
    const targets = [...byMetric.values()].flatMap(([first, ...more]) =>
      first ? [{ datum: first, values: [first, ...more].flatMap(repeated) }] : [],
    );
    const lines: string[] = [];
    for (let from = 0; from < targets.length; from += emfLimits.metrics)
      lines.push(...linesOf(targets.slice(from, from + emfLimits.metrics)));
    return lines;
  });
}

const repeated = ({ Values = [], Counts = [] }: MetricDatum): number[] =>
  Values.flatMap((value, at) => new Array<number>(Counts[at] ?? 1).fill(value));

function linesOf(targets: readonly Target[]): string[] {
  const longest = Math.max(...targets.map((target) => target.values.length));
  return Array.from({ length: Math.ceil(longest / emfLimits.values) }, (_, part) => {
    const from = part * emfLimits.values;
    const present = targets
      .map(({ datum, values }) => ({ datum, values: values.slice(from, from + emfLimits.values) }))
      .filter(({ values }) => values.length > 0);
    return lineOf(present);
  });
}

function lineOf(targets: readonly Target[]): string {
  const { Timestamp, Dimensions = [] } = targets[0]?.datum ?? {};
  return JSON.stringify({
    _aws: {
      Timestamp: Timestamp?.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [Dimensions.map((it) => it.Name)],
          Metrics: targets.map(({ datum: { MetricName, Unit, StorageResolution } }) => ({
            Name: MetricName,
            Unit,
            StorageResolution,
          })),
        },
      ],
    },
    ...Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
    ...Object.fromEntries(targets.map(({ datum, values }) => [datum.MetricName, values])),
  });
}
