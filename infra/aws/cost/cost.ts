import { queueNames } from '../../../jobs/contract.ts';
import { type MetricName, metrics } from '../../../jobs/metrics.ts';
import type { StageSettings } from '../settings.ts';
import { nodePrices, type Price, prices, spotShare } from './prices.ts';

/** A resource as CloudFormation gets it. */
export interface Made {
  readonly id: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What is not in the templates: how much is played. */
export interface Load {
  readonly ticketsPerSecond: number;
  /** Of all tasks, GB a month. */
  readonly logGb: number;
}

interface CostRow {
  readonly what: string;
  readonly count: number;
  readonly price: Price;
  /** USD a month, with `minTasks` and with `maxTasks` all month. */
  readonly atRest: number;
  readonly atMost: number;
}

export interface Costs {
  readonly rows: readonly CostRow[];
  /** Node types that `prices.ts` does not have; what they cost is missing in the rows. */
  readonly unpriced: readonly string[];
}

export const hoursPerMonth = 730;
const secondsPerMonth = hoursPerMonth * 3_600;

/**
 * What a stage costs in a month: the resources that CloudFormation makes for it, and the data that its tasks
 * send.
 */
export function costsOf(made: readonly Made[], settings: StageSettings, load: Load): Costs {
  const of = (type: string) => made.filter((it) => it.type === type);
  const nodes = [
    ...of('AWS::ElastiCache::ReplicationGroup').flatMap((it) =>
      Array<string>(nodesOf(it)).fill(String(it.properties['CacheNodeType'])),
    ),
    ...of('AWS::DocDB::DBInstance').map((it) => String(it.properties['DBInstanceClass'])),
  ];
  const kinds = [...new Set(nodes)];
  const services = servicesOf(made);
  const [restTasks, mostTasks] = [sum(services, (it) => it.least), sum(services, (it) => it.most)];
  const capacity = (kind: 'vcpu' | 'memoryGb', what: string) => {
    const atRest = sum(services, (it) => it.least * it[kind]);
    const atMost = sum(
      services,
      (it) => (it.least + (it.most - it.least) * (it.spot ? spotShare : 1)) * it[kind],
    );
    return row(what, atRest, prices[kind], hoursPerMonth, atMost);
  };
  const ticketsPerMonth = load.ticketsPerSecond * secondsPerMonth;
  const requests = (tasks: number) => (tasks * secondsPerMonth) / metricFlushSeconds;
  return {
    unpriced: kinds.filter((kind) => !nodePrices[kind]),
    rows: [
      ...kinds.flatMap((kind) => {
        const price = nodePrices[kind];
        const count = nodes.filter((it) => it === kind).length;
        return price ? [row(kind, count, price, hoursPerMonth)] : [];
      }),
      capacity('vcpu', 'vCPU of tasks'),
      capacity('memoryGb', 'GB of memory of tasks'),
      row('zones of interface endpoints', endpointZones(made), prices.endpointZone, hoursPerMonth),
      row(
        'load balancers',
        of('AWS::ElasticLoadBalancingV2::LoadBalancer').length,
        prices.loadBalancer,
        hoursPerMonth,
      ),
      row('secrets', of('AWS::SecretsManager::Secret').length, prices.secret),
      row('keys', of('AWS::KMS::Key').length, prices.key),
      row('metrics of the fleet', fleetMetrics(settings), prices.metric),
      row('metrics of Container Insights', insightsMetrics * services.length, prices.metric),
      row(
        'requests with metrics',
        requests(restTasks),
        prices.metricRequests,
        1 / 1_000,
        requests(mostTasks),
      ),
      ...alarmRows(made),
      row('dashboards', of('AWS::CloudWatch::Dashboard').length, prices.dashboard),
      row('GB of logs', load.logGb, prices.logs),
      row('traces recorded', ticketsPerMonth * tracesPerTicket * settings.traceSampling, prices.traces, 1e-6),
    ].filter((it) => it.count > 0),
  };
}

/** `METRICS_FLUSH_MS` of a worker. */
const metricFlushSeconds = 10;
/** A ticket's own, a session's and a result's. */
const tracesPerTicket = 3;
/** About so many a service, each billed as a custom metric; AWS changes what is among them. */
const insightsMetrics = 10;

/** Reported of every queue; every other metric is of one. */
const ofEachQueue: readonly MetricName[] = [
  ...(['QueueLength', 'JobsWaiting', 'JobsActive', 'OldestJobAge', 'FailedJobs'] as const),
  ...(['JobsFailed', 'JobsEnded', 'ActiveWorkers', 'JobDuration', 'MeasurementsLost'] as const),
];

function fleetMetrics({ metrics: { configurations, players } }: StageSettings): number {
  const names = Object.keys(metrics) as MetricName[];
  const detailed = (dimension: string) =>
    Object.values(metrics).filter((it) => 'detail' in it && it.detail === dimension).length;
  return (
    ofEachQueue.length * queueNames.length +
    (names.length - ofEachQueue.length) +
    detailed('Configuration') * configurations.length +
    detailed('PlayerId') * players.length
  );
}

const nodesOf = ({ properties: it }: Made): number =>
  Number(it['NumCacheClusters'] ?? Number(it['NumNodeGroups']) * (1 + Number(it['ReplicasPerNodeGroup'])));

/** Every service with the size of its task, and how many tasks its scaling keeps. */
function servicesOf(made: readonly Made[]) {
  const named = (value: unknown, id: string) => JSON.stringify(value ?? '').includes(`"${id}"`);
  return made
    .filter((it) => it.type === 'AWS::ECS::Service')
    .map(({ id, properties }) => {
      const task = made.find((it) => named(properties['TaskDefinition'], it.id))?.properties;
      const target = made.find(
        (it) => it.type.endsWith('::ScalableTarget') && named(it.properties['ResourceId'], id),
      );
      return {
        vcpu: Number(task?.['Cpu']) / 1_024,
        memoryGb: Number(task?.['Memory']) / 1_024,
        least: Number(target?.properties['MinCapacity']),
        most: Number(target?.properties['MaxCapacity']),
        spot: JSON.stringify(properties['CapacityProviderStrategy'] ?? '').includes('FARGATE_SPOT'),
      };
    });
}

const endpointZones = (made: readonly Made[]): number =>
  sum(
    made.filter(
      (it) => it.type === 'AWS::EC2::VPCEndpoint' && it.properties['VpcEndpointType'] === 'Interface',
    ),
    (it) => (it.properties['SubnetIds'] as unknown[]).length,
  );

/**
 * Alarms are billed by the metrics that they look at, fast ones more; target tracking makes two of its own.
 */
function alarmRows(made: readonly Made[]): CostRow[] {
  const seen = made
    .filter((it) => it.type === 'AWS::CloudWatch::Alarm')
    .flatMap(({ properties: it }) => {
      const queries = it['Metrics'] as { MetricStat?: { Period: number } }[] | undefined;
      return queries ? queries.flatMap(({ MetricStat }) => MetricStat?.Period ?? []) : [Number(it['Period'])];
    });
  const tracking = sum(
    made.filter((it) => it.properties['PolicyType'] === 'TargetTrackingScaling'),
    (it) => 2 * Math.max(1, JSON.stringify(it.properties).split('"MetricStat"').length - 1),
  );
  const composites = made.filter((it) => it.type === 'AWS::CloudWatch::CompositeAlarm').length;
  return [
    row('metrics of alarms', seen.filter((it) => it >= 60).length + tracking, prices.alarmMetric),
    row('metrics of fast alarms', seen.filter((it) => it < 60).length, prices.fastAlarmMetric),
    row('composite alarms', composites, prices.compositeAlarm),
  ];
}

const row = (what: string, count: number, price: Price, units = 1, most = count): CostRow => ({
  ...{ what, count, price },
  atRest: count * units * price.usd,
  atMost: most * units * price.usd,
});

const sum = <T>(items: readonly T[], of: (it: T) => number): number =>
  items.reduce((total, it) => total + of(it), 0);
