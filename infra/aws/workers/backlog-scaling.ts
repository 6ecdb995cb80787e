import { Duration } from 'aws-cdk-lib';
import { AdjustmentType, CfnScalingPolicy, StepScalingAction } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { queues } from '../../../jobs/catalogue.ts';
import type { QueueName } from '../../../jobs/contract.ts';
import { type MetricName, metricNamespace } from '../../../jobs/metrics.ts';
import { fleetMetric } from '../fleet-metric.ts';
import type { StageSettings } from '../settings.ts';
import {
  backlogExpression,
  loadExpression,
  scalingPolicy,
  surgeThreshold,
  targetBacklogPerTask,
} from './scaling-policy.ts';

export interface BacklogScalingProps {
  readonly queue: QueueName;
  readonly settings: StageSettings;
  readonly target: ScalableTaskCount;
}

/** Both policies of `scaling-policy.ts` on one service. */
export class BacklogScaling extends Construct {
  constructor(scope: Construct, id: string, { queue, settings, target }: BacklogScalingProps) {
    super(scope, id);
    const perTask = targetBacklogPerTask(queues[queue].concurrency, settings.services[queue]);
    const { outCooldownSeconds, inCooldownSeconds, surge } = scalingPolicy;
    const ours = { environment: settings.name, service: queue, statistic: 'Average' };

    const measure = (id: string, metricName: MetricName) => ({
      id,
      returnData: false,
      metricStat: {
        stat: 'Average',
        metric: {
          namespace: metricNamespace,
          metricName,
          dimensions: [
            { name: 'Environment', value: settings.name },
            { name: 'Service', value: queue },
          ],
        },
      },
    });
    // The construct for tracking takes plain metrics only; the service itself takes expressions.
    new CfnScalingPolicy(this, 'Tracking', {
      policyName: `${this.node.addr.slice(0, 8)}-tracking`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: 1,
        scaleOutCooldown: outCooldownSeconds,
        scaleInCooldown: inCooldownSeconds,
        customizedMetricSpecification: {
          metrics: [
            measure('length', 'JobsWaiting'),
            measure('workers', 'ActiveWorkers'),
            measure('active', 'JobsActive'),
            {
              id: 'load',
              expression: loadExpression(queues[queue].concurrency, perTask),
              label: 'Load',
              returnData: true,
            },
          ],
        },
      },
    });

    const threshold = surgeThreshold(perTask);
    const alarm = new Alarm(this, 'Surge', {
      alarmDescription: `Scaling: ${queue} has ${surge.steps[0].fromTargets} times the backlog per task it should have.`,
      metric: new MathExpression({
        expression: backlogExpression(perTask),
        label: 'Jobs waiting per task',
        period: Duration.seconds(surge.periodSeconds),
        usingMetrics: {
          length: fleetMetric('JobsWaiting', { ...ours, periodSeconds: surge.periodSeconds }),
          workers: fleetMetric('ActiveWorkers', { ...ours, periodSeconds: surge.periodSeconds }),
        },
      }),
      threshold,
      evaluationPeriods: surge.periods,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      // A late report is no reason to stop an ongoing surge, nor to start one.
      treatMissingData: TreatMissingData.IGNORE,
    });
    const action = new StepScalingAction(this, 'SurgeSteps', {
      scalingTarget: target,
      adjustmentType: AdjustmentType.PERCENT_CHANGE_IN_CAPACITY,
      minAdjustmentMagnitude: surge.minAdditionalTasks,
      cooldown: Duration.seconds(surge.cooldownSeconds),
    });
    surge.steps.forEach(({ fromTargets, addPercent }, index) => {
      const next = surge.steps[index + 1]?.fromTargets;
      action.addAdjustment({
        adjustment: addPercent,
        lowerBound: perTask * fromTargets - threshold,
        ...(next !== undefined && { upperBound: perTask * next - threshold }),
      });
    });
    alarm.addAlarmAction(new ApplicationScalingAction(action));
  }
}
