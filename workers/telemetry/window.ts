import type { MetricDatum } from '@aws-sdk/client-cloudwatch';
import type { QueueName } from '../../jobs/contract.ts';
import { type DetailDimension, type Metric, type MetricName, metrics } from '../../jobs/metrics.ts';

/**
 * Limits of one PutMetricData call. CloudWatch allows 1 MB; the rest is left for the envelope around the
 * data.
 */
export const putLimits = { values: 150, data: 1_000, bytes: 950_000 } as const;

/** Whose values a series holds. `detail` is the value of the metric's detail dimension. */
interface Source {
  readonly name: MetricName;
  readonly service: QueueName;
  readonly detail?: string | undefined;
}

interface Series extends Source {
  /** How often each value was seen. */
  readonly counts: Map<number, number>;
}

/**
 * Everything measured since the last flush, as distributions: per series each distinct value with its count,
 * so a thousand equal latencies cost as much as one and percentiles survive.
 */
export interface Window {
  /**
   * Not `kept`: it is `unfit`, no finite number, or the window is `full` and this would be a further distinct
   * value.
   */
  add(source: Source, value: number): 'kept' | 'unfit' | 'full';
  /** The window as CloudWatch data. `timestamp` in ms since 1970. */
  data(environment: string, timestamp: number): MetricDatum[];
}

/** `maxValues` bounds the memory: distinct values over all series, about 60 bytes each. */
export function createWindow(maxValues: number): Window {
  const all = new Map<string, Series>();
  let values = 0;

  return {
    add(source, value) {
      if (!Number.isFinite(value)) return 'unfit';
      const kept = keptPrecision(source.name, value);
      const key = `${source.name} ${source.service} ${source.detail ?? ''}`;
      const series = all.get(key);
      const count = series?.counts.get(kept) ?? 0;
      if (count === 0 && values >= maxValues) return 'full';

      if (count === 0) values++;
      if (series) series.counts.set(kept, count + 1);
      else all.set(key, { ...source, counts: new Map([[kept, 1]]) });
      return 'kept';
    },
    data: (environment, timestamp) =>
      [...all.values()].flatMap((series) => dataOf(series, environment, new Date(timestamp))),
  };
}

/**
 * Latencies keep 3 significant digits, at most 0.5 % off: 900 distinct values per power of ten instead of one
 * per microsecond. Everything else is exact, since counts are summed.
 */
function keptPrecision(name: MetricName, value: number): number {
  return metrics[name].unit === 'Milliseconds' ? Number(value.toPrecision(3)) : value;
}

function dataOf(series: Series, environment: string, timestamp: Date): MetricDatum[] {
  const metric: Metric = metrics[series.name];
  const seen = [...series.counts];
  const datum = {
    MetricName: series.name,
    Unit: metric.unit,
    Timestamp: timestamp,
    StorageResolution: metric.resolution ?? 60,
    Dimensions: dimensionsOf(series, environment, metric.detail),
  };
  return Array.from({ length: Math.ceil(seen.length / putLimits.values) }, (_, part) => {
    const values = seen.slice(part * putLimits.values, (part + 1) * putLimits.values);
    return { ...datum, Values: values.map(([value]) => value), Counts: values.map(([, count]) => count) };
  });
}

function dimensionsOf(
  { service, detail }: Source,
  environment: string,
  dimension: DetailDimension | undefined,
) {
  const always = [
    { Name: 'Environment', Value: environment },
    { Name: 'Service', Value: service },
  ];
  return dimension === undefined || detail === undefined
    ? always
    : [...always, { Name: dimension, Value: detail }];
}

/** Cuts data into calls that keep both limits, in order. */
export function inCalls(data: readonly MetricDatum[]): MetricDatum[][] {
  const calls: MetricDatum[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const datum of data) {
    const size = Buffer.byteLength(JSON.stringify(datum)) + 1;
    const call = calls.at(-1);
    if (call && call.length < putLimits.data && bytes + size <= putLimits.bytes) {
      call.push(datum);
      bytes += size;
    } else {
      calls.push([datum]);
      bytes = size;
    }
  }
  return calls;
}
