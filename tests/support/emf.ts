import { z } from 'zod';

/**
 * A line of the embedded metric format, held to its specification: a directive names its dimension sets (at
 * most 30 keys) and at most 100 metrics, each a root member of numbers, at most 100 of them; a dimension is a
 * root member of text.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const units = ['Count', 'Seconds', 'Milliseconds', 'None'];
const directive = z.strictObject({
  Namespace: z.string().min(1).max(1024),
  Dimensions: z.array(z.array(z.string().min(1).max(250)).max(30)).min(1),
  Metrics: z
    .array(
      z.strictObject({
        Name: z.string().min(1).max(1024),
        Unit: z.enum(units),
        StorageResolution: z.union([z.literal(1), z.literal(60)]),
      }),
    )
    .max(100),
});
const root = z.looseObject({
  _aws: z.strictObject({ Timestamp: z.int().positive(), CloudWatchMetrics: z.array(directive).min(1) }),
});
const dimensionValue = z.string().min(1).max(1024);
const metricValue = z.array(z.number()).min(1).max(100);

export interface EmfSeries {
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

/** What CloudWatch would take from a line; throws where the line breaks the format. */
export function readEmf(line: string): EmfSeries[] {
  const event = root.parse(JSON.parse(line));
  return event._aws.CloudWatchMetrics.flatMap(({ Dimensions, Metrics }) =>
    Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(names.map((name) => [name, dimensionValue.parse(event[name])]));
      return Metrics.map(({ Name, Unit }) => ({
        name: Name,
        unit: Unit,
        dimensions,
        values: metricValue.parse(event[Name]),
      }));
    }),
  );
}
