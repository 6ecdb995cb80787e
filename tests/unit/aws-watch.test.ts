import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { queueNames } from '../../jobs/contract.ts';
import { metricNamespace, metrics } from '../../jobs/metrics.ts';
import { resources, synthesise, text } from '../support/aws-templates.ts';

interface Metric {
  readonly MetricName?: string;
  readonly Namespace?: string;
  readonly Dimensions?: readonly { Name: string; Value: unknown }[];
}

/** Metrics nobody is paged for or watches by the minute, each with its reason. */
const forAnalysts: Readonly<Record<string, string>> = {
  PlayerRating: 'a distribution over all players: it says how the ladder is shaped, not how the fleet is',
};

const { dev, production } = synthesise();
const runbook = readFileSync(new URL('../../infra/aws/runbook.md', import.meta.url), 'utf8');
/** Those of the HTTP API are looked at with its stack. */
const sections = [...runbook.matchAll(/^## (?!api-)(\S+)$/gm)].map(([, name = '']) => name);

/** Every metric an alarm looks at, directly or by an expression. */
function metricsOf(properties: Record<string, unknown>): Metric[] {
  const queries = (properties['Metrics'] ?? []) as { MetricStat?: { Metric: Metric } }[];
  const direct = properties['MetricName'] ? [properties as Metric] : [];
  return [...direct, ...queries.flatMap((it) => (it.MetricStat ? [it.MetricStat.Metric] : []))];
}

const alarmsOf = (stage: typeof dev) => [
  ...Object.values(resources(stage.watch, 'AWS::CloudWatch::Alarm')),
  ...Object.values(resources(stage.workers, 'AWS::CloudWatch::Alarm')),
];

describe.each([
  ['dev', dev],
  ['production', production],
] as const)('the watch stack of %s', (environment, stage) => {
  const { watch, settings } = stage;

  test('session-latency rings on alerts when sessions average more than 1000 ms for two minutes', () => {
    watch.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'session-latency',
      Namespace: 'GameMetrics',
      MetricName: 'SessionCreationLatency',
      Dimensions: [
        { Name: 'Environment', Value: environment },
        { Name: 'Service', Value: 'session-creation' },
      ],
      Statistic: 'Average',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 1_000,
      Period: 60,
      EvaluationPeriods: 2,
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^AlertsTopic') }],
    });
    watch.hasResourceProperties('AWS::SNS::Topic', { TopicName: 'alerts', KmsMasterKeyId: Match.anyValue() });
  });

  test('every metric of ours that an alarm looks at is one the fleet publishes, with its dimensions', () => {
    const ours = alarmsOf(stage)
      .flatMap((it) => metricsOf(it.Properties))
      .filter((it) => it.Namespace === metricNamespace);

    expect(ours.length).toBeGreaterThan(20);
    for (const { MetricName, Dimensions } of ours) {
      expect(Object.keys(metrics)).toContain(MetricName);
      expect(Dimensions?.map((it) => it.Name)).toEqual(['Environment', 'Service']);
      expect(Dimensions?.[0]?.Value).toBe(environment);
      expect(queueNames).toContain(Dimensions?.[1]?.Value);
    }
  });

  test('what is read every ten seconds is published at that resolution', () => {
    const fast = alarmsOf(stage)
      .flatMap(
        (it) => (it.Properties['Metrics'] ?? []) as { MetricStat?: { Period: number; Metric: Metric } }[],
      )
      .flatMap((it) => (it.MetricStat && it.MetricStat.Period < 60 ? [it.MetricStat.Metric.MetricName] : []));

    expect([...new Set(fast)].sort()).toEqual(['ActiveWorkers', 'JobsWaiting']);
    for (const name of fast) expect(metrics[name as 'QueueLength'].resolution).toBe(1);
  });

  test('every alarm links to its section, and every section has an alarm', () => {
    const linked = [
      ...Object.values(resources(watch, 'AWS::CloudWatch::Alarm')),
      ...Object.values(resources(watch, 'AWS::CloudWatch::CompositeAlarm')),
    ].map((it) => /runbook\.md#(\S+)$/.exec(String(it.Properties['AlarmDescription']))?.[1]);
    const expected = sections.filter((it) => it !== 'replication-lag' || settings.queueCluster.replicas > 0);

    expect([...new Set(linked)].sort()).toEqual(expected.toSorted());
  });

  test.each(['QueueLength', 'OldestJobAge', 'FailedJobs', 'JobsFailed', 'JobsEnded', 'ActiveWorkers'])(
    '%s is watched on every queue',
    (name) => {
      const services = alarmsOf(stage)
        .flatMap((it) => metricsOf(it.Properties))
        .filter((it) => it.MetricName === name)
        .map((it) => it.Dimensions?.[1]?.Value);

      expect([...new Set(services)].sort()).toEqual([...queueNames].sort());
    },
  );

  test.each([
    'DatabaseMemoryUsagePercentage',
    'Evictions',
    'EngineCPUUtilization',
    'CPUUtilization',
    'DatabaseConnections',
    'DatabaseCursors',
    'Invocations',
  ])('%s of the stores and tasks is watched', (name) => {
    const watched = alarmsOf(stage).flatMap((it) =>
      metricsOf(it.Properties).map((metric) => metric.MetricName),
    );

    expect(watched).toContain(name);
  });

  test('what players feel rings once, through one alarm over all of it', () => {
    const composites = Object.values(resources(watch, 'AWS::CloudWatch::CompositeAlarm'));
    const silent = Object.entries(resources(watch, 'AWS::CloudWatch::Alarm')).filter(
      ([, it]) => it.Properties['AlarmActions'] === undefined,
    );

    expect(composites).toHaveLength(1);
    expect(silent.length).toBeGreaterThan(10);
    for (const [id] of silent) expect(text(composites[0]?.Properties['AlarmRule'])).toContain(id);
  });

  test('silence of the reporter is a failure, of a metric of ours quiet, of a store nothing', () => {
    for (const { Properties } of Object.values(resources(watch, 'AWS::CloudWatch::Alarm'))) {
      const description = String(Properties['AlarmDescription']);
      const byStore = metricsOf(Properties).every((it) => /ElastiCache|DocDB/.test(it.Namespace ?? ''));
      const silence = byStore ? 'ignore' : 'notBreaching';

      expect(Properties['TreatMissingData'], description).toBe(
        description.includes('#reports-missing') ? 'breaching' : silence,
      );
    }
  });

  test('every metric of the fleet is alarmed on, scaled on or drawn, or deliberately neither', () => {
    const [dashboard] = Object.values(resources(watch, 'AWS::CloudWatch::Dashboard'));
    const drawn = text(dashboard?.Properties['DashboardBody']);
    const alarmed = alarmsOf(stage).flatMap((it) =>
      metricsOf(it.Properties).map((metric) => metric.MetricName),
    );
    const scaled = text(resources(stage.workers, 'AWS::ApplicationAutoScaling::ScalingPolicy'));
    const unseen = Object.keys(metrics).filter(
      (name) => !alarmed.includes(name) && !drawn.includes(`"${name}`) && !scaled.includes(`"${name}"`),
    );

    expect(unseen.sort()).toEqual(Object.keys(forAnalysts).sort());
  });

  test('the dashboard draws no metric of ours that is not published', () => {
    const [dashboard] = Object.values(resources(watch, 'AWS::CloudWatch::Dashboard'));
    const drawn = text(dashboard?.Properties['DashboardBody']).matchAll(/GameMetrics[\\"]+,[\\"]+(\w+)/g);
    const names = [...new Set([...drawn].map(([, name = '']) => name))];

    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !(name in metrics))).toEqual([]);
  });

  test('no two lines of a graph have the same legend', () => {
    const [dashboard] = Object.values(resources(watch, 'AWS::CloudWatch::Dashboard'));
    const body = dashboard?.Properties['DashboardBody'] as { 'Fn::Join': [string, unknown[]] };
    const parts = body['Fn::Join'][1].map((it) => (typeof it === 'string' ? it : 'resolved'));
    const { widgets }: { widgets: { properties: { title?: string; metrics?: { label?: string }[][] } }[] } =
      JSON.parse(parts.join(''));
    const doubled = widgets.flatMap(({ properties: { title, metrics: lines = [] } }) => {
      const labels = lines.flatMap((line) => line.at(-1)?.label ?? []);
      return labels.length === new Set(labels).size ? [] : [title];
    });

    expect(widgets.length).toBeGreaterThan(10);
    expect(doubled).toEqual([]);
  });

  test('a budget exists where the stage sets one', () => {
    watch.resourceCountIs('AWS::Budgets::Budget', settings.monthlyBudgetUsd === undefined ? 0 : 1);
  });
});
