import { CloudWatchClient, GetMetricStatisticsCommand, type Statistic } from '@aws-sdk/client-cloudwatch';
import type { QueueName } from '../../../jobs/contract.ts';
import { type MetricName, metricNamespace } from '../../../jobs/metrics.ts';

/** What CloudWatch has of one metric over the demo's time. */
export interface Published {
  readonly samples: number;
  readonly average: number;
  readonly maximum: number;
}

/** Reads metrics back from where the workers published them. */
export function openCloudwatch(env: NodeJS.ProcessEnv, environment: string) {
  const { AWS_REGION: region = 'us-east-1', AWS_ENDPOINT_URL: endpoint } = env;
  const { AWS_ACCESS_KEY_ID: accessKeyId = 'local', AWS_SECRET_ACCESS_KEY: secretAccessKey = 'local' } = env;
  const client = new CloudWatchClient({
    region,
    ...(endpoint && { endpoint }),
    credentials: { accessKeyId, secretAccessKey },
  });
  const statistics: Statistic[] = ['SampleCount', 'Sum', 'Maximum'];

  return {
    async read(metric: MetricName, service: QueueName, from: Date): Promise<Published> {
      const { Datapoints = [] } = await client.send(
        new GetMetricStatisticsCommand({
          Namespace: metricNamespace,
          MetricName: metric,
          Dimensions: [
            { Name: 'Environment', Value: environment },
            { Name: 'Service', Value: service },
          ],
          StartTime: new Date(from.getTime() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          Period: 60,
          Statistics: statistics,
        }),
      );
      const total = (pick: (point: (typeof Datapoints)[number]) => number | undefined) =>
        Datapoints.reduce((sum, point) => sum + (pick(point) ?? 0), 0);
      const samples = total((point) => point.SampleCount);
      return {
        samples,
        average: samples > 0 ? total((point) => point.Sum) / samples : 0,
        maximum: Datapoints.reduce((most, point) => Math.max(most, point.Maximum ?? 0), 0),
      };
    },
    close: () => client.destroy(),
  };
}
