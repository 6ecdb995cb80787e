import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { queues } from '../../../jobs/catalogue.ts';
import { keptFailures, type QueueName, queueNames } from '../../../jobs/contract.ts';
import type { MetricName } from '../../../jobs/metrics.ts';
import { fleetMetric } from '../fleet-metric.ts';
import type { StageSettings } from '../settings.ts';
import { targetBacklogPerTask } from '../workers/scaling-policy.ts';
import { type AlarmRule, missing } from './alarm-rule.ts';

/** What can go wrong with any queue, for each of them. */
export const queueAlarms = (settings: StageSettings): AlarmRule[] =>
  queueNames.flatMap((queue) => alarmsOf(queue, settings));

function alarmsOf(queue: QueueName, settings: StageSettings): AlarmRule[] {
  const { alarms, services, name: environment } = settings;
  const metric = (name: MetricName, statistic: string, periodSeconds = 60) =>
    fleetMetric(name, { environment, service: queue, statistic, periodSeconds });
  const service = services[queue];
  const full = Math.max(1, service.maxTasks) * targetBacklogPerTask(queues[queue].concurrency, service);

  return [
    {
      runbook: 'queue-depth',
      of: queue,
      meaning: `${queue} has more waiting than its largest fleet works off in ${alarms.backlogFactor} acceptable waits.`,
      metric: metric('QueueLength', 'Minimum'),
      threshold: full * alarms.backlogFactor,
      periods: 3,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'oldest-job',
      of: queue,
      meaning: `A job of ${queue} has waited longer than ${alarms.oldestJobSeconds} s beyond its acceptable wait.`,
      metric: metric('OldestJobAge', 'Minimum'),
      threshold: alarms.oldestJobSeconds + service.acceptableWaitSeconds,
      periods: 3,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'no-progress',
      of: queue,
      meaning: `${queue} has workers and jobs, and none has ended for three minutes.`,
      metric: new MathExpression({
        label: 'Jobs, and none ended',
        // In an outage of DocumentDB jobs are tried and put off, so few may wait. A service at rest has no
        // worker to make progress: its first task is on its way, or oldest-job rings.
        expression: 'IF((length > 0 OR FILL(tried, 0) > 0) AND workers > 0 AND FILL(ended, 0) == 0, 1, 0)',
        period: Duration.minutes(1),
        usingMetrics: {
          length: metric('QueueLength', 'Minimum'),
          workers: metric('ActiveWorkers', 'Minimum'),
          tried: metric('JobDuration', 'SampleCount'),
          ended: metric('JobsEnded', 'Sum'),
        },
      }),
      threshold: 0,
      periods: 3,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'failed-jobs',
      of: queue,
      meaning: `More than ${alarms.failedJobs} jobs of ${queue} failed for good within five minutes.`,
      metric: metric('JobsFailed', 'Sum', 300),
      threshold: alarms.failedJobs,
      periods: 1,
      missing: missing.isQuiet,
      urgency: 'notice',
    },
    {
      runbook: 'dead-letters',
      of: queue,
      meaning: `${queue} keeps more than ${alarms.deadLetters} failed jobs that nobody has looked at; beyond ${keptFailures} the oldest are dropped.`,
      metric: metric('FailedJobs', 'Maximum', 300),
      threshold: alarms.deadLetters,
      periods: 3,
      missing: missing.isQuiet,
      urgency: 'notice',
    },
  ];
}
