import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { QueueName } from '../../jobs/contract.ts';
import { type MetricName, metricNamespace } from '../../jobs/metrics.ts';

export interface FleetMetricProps {
  readonly environment: string;
  readonly service: QueueName;
  /** As CloudWatch writes it: `Average`, `Maximum`, `Sum`, `p90`. */
  readonly statistic: string;
  readonly periodSeconds?: number;
}

/** A metric the workers publish, under the two dimensions that always see everything. */
export const fleetMetric = (
  metricName: MetricName,
  { environment, service, statistic, periodSeconds = 60 }: FleetMetricProps,
): Metric =>
  new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap: { Environment: environment, Service: service },
    statistic,
    period: Duration.seconds(periodSeconds),
  });
