import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { fleetMetric } from '../fleet-metric.ts';
import type { StageSettings } from '../settings.ts';
import { type AlarmRule, missing } from './alarm-rule.ts';

/** What players feel, and whether anybody would notice. */
export function playerAlarms({ name: environment, alarms }: StageSettings): AlarmRule[] {
  return [
    {
      runbook: 'session-latency',
      name: 'session-latency',
      meaning: `Sessions take longer than ${alarms.sessionLatencyMs} ms from request to record.`,
      metric: fleetMetric('SessionCreationLatency', {
        environment,
        service: 'session-creation',
        statistic: 'Average',
      }),
      threshold: alarms.sessionLatencyMs,
      periods: 2,
      missing: missing.isQuiet,
      urgency: 'notice',
    },
    {
      runbook: 'matchmaking-time',
      meaning: `One ticket in ten waits longer than ${alarms.matchmakingTimeP90Seconds} s for its match.`,
      metric: fleetMetric('MatchmakingTime', { environment, service: 'matchmaking', statistic: 'p90' }),
      threshold: alarms.matchmakingTimeP90Seconds * 1_000,
      periods: 5,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'matchmaking-behind',
      meaning:
        'Matchmaking of a configuration is so far behind that it takes no new tickets: players are turned away.',
      metric: fleetMetric('MatchmakingLag', { environment, service: 'matchmaking', statistic: 'Maximum' }),
      threshold: 0,
      periods: 2,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'outbox-backlog',
      meaning: `More than ${alarms.outboxLength} matches are decided and not recorded: their players wait, and at 50,000 no more are formed.`,
      metric: fleetMetric('OutboxLength', { environment, service: 'matchmaking', statistic: 'Minimum' }),
      threshold: alarms.outboxLength,
      periods: 3,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'outbox-full',
      meaning: 'The outbox is full: 50,000 matches are decided and not recorded, so no more are formed.',
      metric: fleetMetric('CyclesPaused', { environment, service: 'matchmaking', statistic: 'Sum' }),
      threshold: 0,
      periods: 1,
      missing: missing.isQuiet,
      urgency: 'page',
    },
    {
      runbook: 'reports-missing',
      meaning:
        'No worker has reported the queues for three minutes: nothing scales and no other alarm sees anything.',
      metric: new MathExpression({
        label: 'Reports missing',
        expression: 'IF(FILL(reports, 0) == 0, 1, 0)',
        period: Duration.minutes(1),
        usingMetrics: {
          reports: fleetMetric('QueueLength', {
            environment,
            service: 'maintenance',
            statistic: 'SampleCount',
          }),
        },
      }),
      threshold: 0,
      periods: 3,
      missing: missing.isTheFailure,
      urgency: 'page',
    },
  ];
}
