import { expect, test } from 'vitest';
import { resources, synthesise, text } from '../support/aws-templates.ts';

interface Metric {
  readonly MetricName: string;
  readonly Dimensions: readonly { readonly Name: string; readonly Value: unknown }[];
}
interface AlarmProperties extends Partial<Metric> {
  readonly AlarmDescription: string;
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly Period?: number;
    readonly MetricStat?: { readonly Metric: Metric; readonly Stat: string; readonly Period: number };
  }[];
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly ComparisonOperator: string;
}

/** What is measured, and of whom: a queue, or a store by the name of its construct. */
const measured = ({ MetricName, Dimensions = [] }: Partial<Metric>, statistic: string): string => {
  const of = Dimensions.filter(({ Name }) => Name !== 'Environment').map(({ Value }) =>
    typeof Value === 'string'
      ? Value
      : (/QueueCluster|SessionCache|DocumentDb|TaskStops/.exec(text(Value))?.[0] ?? '?'),
  );
  return `${MetricName} ${statistic} of ${of.join(' ')}`;
};

/** An alarm on one line: its section, what it measures, above what, and for how long. */
function told(it: AlarmProperties): string {
  const queries = it.Metrics ?? [];
  const expression = queries.find((query) => query.Expression)?.Expression;
  const parts = queries.flatMap(({ Id, MetricStat }) =>
    MetricStat ? [{ id: Id, what: measured(MetricStat.Metric, MetricStat.Stat) }] : [],
  );
  const what = expression?.startsWith('MAX([node')
    ? `worst of ${parts.length}, ${[...new Set(parts.map((part) => part.what))].join()}`
    : expression
      ? `${expression}, ${parts.map((part) => `${part.id} = ${part.what}`).join(', ')}`
      : measured(it, it.Statistic ?? it.ExtendedStatistic ?? '?');
  const seconds = new Set(
    it.Metrics ? queries.flatMap((query) => query.MetricStat?.Period ?? []) : [it.Period],
  );
  const section = /#(\S+)$/.exec(it.AlarmDescription)?.[1];
  expect(it.ComparisonOperator).toBe('GreaterThanThreshold');
  return `${section}: ${what} > ${it.Threshold}, ${it.EvaluationPeriods} × ${[...seconds].join()} s`;
}

const { production } = synthesise();

const progress = 'IF((length > 0 OR FILL(tried, 0) > 0) AND workers > 0 AND FILL(ended, 0) == 0, 1, 0)';
/** What is alarmed on of each queue; its own thresholds are those of depth and of age. */
const ofQueue = (queue: string, depth: number, age: number) => [
  `queue-depth: QueueLength Minimum of ${queue} > ${depth}, 3 × 60 s`,
  `oldest-job: OldestJobAge Minimum of ${queue} > ${age}, 3 × 60 s`,
  `no-progress: ${progress}, length = QueueLength Minimum of ${queue}, workers = ActiveWorkers Minimum of ${queue}, tried = JobDuration SampleCount of ${queue}, ended = JobsEnded Sum of ${queue} > 0, 3 × 60 s`,
  `failed-jobs: JobsFailed Sum of ${queue} > 20, 1 × 300 s`,
  `dead-letters: FailedJobs Maximum of ${queue} > 500, 3 × 300 s`,
];
const expected = [
  ...ofQueue('session-creation', 10 * 16 * 297, 61),
  ...ofQueue('matchmaking', 10 * 16 * 1_000, 61),
  ...ofQueue('rating-update', 10 * 8 * 547, 75),
  ...ofQueue('maintenance', 10 * 3 * 10_000, 70),
  'session-latency: SessionCreationLatency Average of session-creation > 1000, 2 × 60 s',
  'matchmaking-time: MatchmakingTime p90 of matchmaking > 60000, 5 × 60 s',
  'matchmaking-behind: MatchmakingLag Maximum of matchmaking > 0, 2 × 60 s',
  'outbox-backlog: OutboxLength Minimum of matchmaking > 2000, 3 × 60 s',
  'outbox-full: CyclesPaused Sum of matchmaking > 0, 1 × 60 s',
  'reports-missing: IF(FILL(reports, 0) == 0, 1, 0), reports = QueueLength SampleCount of maintenance > 0, 3 × 60 s',
  'event-lag: EventLag Maximum of maintenance > 300, 3 × 60 s',
  'events-lost: EventsLost Sum of maintenance > 0, 1 × 60 s',
  'events-refused: EventsRefused Sum of maintenance > 0, 1 × 60 s',
  'queue-memory: worst of 2, DatabaseMemoryUsagePercentage Maximum of QueueCluster > 70, 3 × 60 s',
  'queue-evictions: worst of 2, Evictions Sum of QueueCluster > 0, 1 × 60 s',
  'engine-cpu: worst of 2, EngineCPUUtilization Maximum of QueueCluster > 75, 5 × 60 s',
  'replication-lag: worst of 2, ReplicationLag Maximum of QueueCluster > 5, 5 × 60 s',
  'cache-memory: worst of 2, DatabaseMemoryUsagePercentage Maximum of SessionCache > 95, 15 × 60 s',
  'engine-cpu: worst of 2, EngineCPUUtilization Maximum of SessionCache > 80, 5 × 60 s',
  'replication-lag: worst of 2, ReplicationLag Maximum of SessionCache > 5, 5 × 60 s',
  'documentdb-cpu: CPUUtilization Average of DocumentDb WRITER > 80, 10 × 60 s',
  'documentdb-connections: DatabaseConnections Maximum of DocumentDb WRITER > 1360, 5 × 60 s',
  'documentdb-cursors: DatabaseCursors Maximum of DocumentDb WRITER > 360, 5 × 60 s',
  'worker-restarts: Invocations Sum of TaskStops > 5, 1 × 300 s',
];

test('every alarm of production: what it measures, of whom, above what, and for how long', () => {
  const alarms = Object.values(resources(production.watch, 'AWS::CloudWatch::Alarm'));

  expect(alarms.map((it) => told(it.Properties as unknown as AlarmProperties)).sort()).toEqual(
    expected.toSorted(),
  );
});

test('the alarm that pages tells alerts when it begins and when it is over', () => {
  const toAlerts = [{ Ref: expect.stringMatching(/^AlertsTopic/) }];

  expect(Object.values(resources(production.watch, 'AWS::CloudWatch::CompositeAlarm'))).toMatchObject([
    { Properties: { AlarmActions: toAlerts, OKActions: toAlerts } },
  ]);
});

test('each alarm goes to alerts by itself, or through the one that pages', () => {
  const alarms = Object.values(resources(production.watch, 'AWS::CloudWatch::Alarm'));
  const actions = alarms.flatMap((it) => (it.Properties['AlarmActions'] ?? []) as { Ref?: string }[]);

  expect(actions.length).toBeGreaterThan(10);
  expect(actions.filter((it) => !it.Ref?.startsWith('AlertsTopic'))).toEqual([]);
});
