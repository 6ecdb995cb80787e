import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { queueNames } from '../../jobs/contract.ts';
import { resources, synthesise, text } from '../support/aws-templates.ts';

const { dev, production } = synthesise();

/** Of production: least and most tasks; where the surge begins and steps up, in jobs waiting per task. */
const surges: Readonly<Record<string, readonly number[]>> = {
  'session-creation': [2, 16, 891, 2_970, 8_910],
  matchmaking: [2, 16, 3_000, 10_000, 30_000],
  'rating-update': [2, 8, 1_641, 5_470, 16_410],
  maintenance: [2, 3, 30_000, 100_000, 300_000],
};

test.each(Object.entries(surges))(
  '%s of production doubles, quadruples, makes eight of one, within its bounds',
  (queue, [least, most, first = 0, second = 0, third = 0]) => {
    const id = queue.replaceAll('-', '');
    const { workers } = production;
    const [policy] = Object.entries(resources(workers, 'AWS::ApplicationAutoScaling::ScalingPolicy')).filter(
      ([name]) => name.startsWith(`${id}ScalingSurge`),
    );
    const target = { Ref: expect.stringMatching(`^${id}ServiceTaskCountTarget`) };
    const [bounds] = Object.entries(resources(workers, 'AWS::ApplicationAutoScaling::ScalableTarget')).filter(
      ([name]) => name.startsWith(`${id}Service`),
    );

    expect(bounds?.[1].Properties).toMatchObject({
      MinCapacity: least,
      MaxCapacity: most,
      ScalableDimension: 'ecs:service:DesiredCount',
    });
    expect(policy?.[1].Properties).toMatchObject({
      PolicyType: 'StepScaling',
      ScalingTargetId: target,
      StepScalingPolicyConfiguration: {
        AdjustmentType: 'PercentChangeInCapacity',
        Cooldown: 60,
        MinAdjustmentMagnitude: 2,
        StepAdjustments: [
          { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: second - first, ScalingAdjustment: 100 },
          {
            MetricIntervalLowerBound: second - first,
            MetricIntervalUpperBound: third - first,
            ScalingAdjustment: 300,
          },
          { MetricIntervalLowerBound: third - first, ScalingAdjustment: 700 },
        ],
      },
    });
    workers.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: first,
      EvaluationPeriods: 2,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      AlarmActions: [{ Ref: policy?.[0] }],
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: `IF(workers > 0, length / workers, IF(length > 0, ${first}, 0))` }),
      ]),
    });
  },
);

describe.each([
  ['dev', dev],
  ['production', production],
] as const)('%s', (_name, { data, workers, watch, settings }) => {
  test('every service has its bounds, and every surge its alarm', () => {
    workers.resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', queueNames.length);
    workers.resourceCountIs('AWS::ApplicationAutoScaling::ScalingPolicy', 2 * queueNames.length);
    workers.resourceCountIs('AWS::CloudWatch::Alarm', queueNames.length);
    for (const { minTasks, maxTasks } of Object.values(settings.services))
      workers.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
        MinCapacity: minTasks,
        MaxCapacity: maxTasks,
      });
  });

  test('no log is kept for longer than the stage says, nor for ever', () => {
    const groups = [data, workers, watch].flatMap((it) =>
      Object.values(resources(it, 'AWS::Logs::LogGroup')),
    );
    const names = groups.map((it) => text(it.Properties['LogGroupName']));

    expect(groups.length).toBeGreaterThan(queueNames.length);
    expect(new Set(groups.map((it) => it.Properties['RetentionInDays']))).toEqual(
      new Set([settings.logDays]),
    );
    for (const log of ['audit', 'profiler'])
      expect(names).toContainEqual(`"/aws/docdb/fleet-${settings.name}-record/${log}"`);
  });
});
