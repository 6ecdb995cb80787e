import type { DatabaseCluster } from 'aws-cdk-lib/aws-docdb';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import { type AlarmRule, missing } from './alarm-rule.ts';
import { worstNode, writer } from './store-metrics.ts';

type StoreRule = Omit<AlarmRule, 'missing'>;
type Limits = StageSettings['alarms']['stores'];

/** What the stores say about themselves. AWS measures them, so silence leaves an alarm as it is. */
export function storeAlarms(settings: StageSettings, data: DataStack): AlarmRule[] {
  const { queueCluster, sessionCache, documentdb } = data;
  const { stores } = settings.alarms;
  return [
    ...queueClusterAlarms(queueCluster.group, stores),
    ...cacheAlarms(sessionCache.group, stores),
    ...(settings.queueCluster.replicas > 0 ? [lag('queue', queueCluster.group, stores)] : []),
    ...(settings.sessionCache.replicas > 0 ? [lag('cache', sessionCache.group, stores)] : []),
    ...documentdbAlarms(documentdb.cluster, settings.documentdb, stores),
  ].map((rule) => ({ ...rule, missing: missing.saysNothing }));
}

const queueClusterAlarms = (group: CfnReplicationGroup, limits: Limits): StoreRule[] => [
  {
    runbook: 'queue-memory',
    meaning: `The queue cluster is ${limits.queueMemoryPercent} % full; when it is full, producers are refused.`,
    metric: worstNode(group, 'DatabaseMemoryUsagePercentage'),
    threshold: limits.queueMemoryPercent,
    periods: 3,
    urgency: 'page',
  },
  {
    runbook: 'queue-evictions',
    meaning: 'The queue cluster evicts: its policy is not noeviction, and jobs lose their locks.',
    metric: worstNode(group, 'Evictions', 'Sum'),
    threshold: 0,
    periods: 1,
    urgency: 'page',
  },
  {
    runbook: 'engine-cpu',
    of: 'queue',
    meaning: `The one thread of the queue cluster is ${limits.queueCpuPercent} % busy: it is the ceiling of the whole fleet.`,
    metric: worstNode(group, 'EngineCPUUtilization'),
    threshold: limits.queueCpuPercent,
    periods: 5,
    urgency: 'notice',
  },
];

const cacheAlarms = (group: CfnReplicationGroup, limits: Limits): StoreRule[] => [
  {
    runbook: 'cache-memory',
    meaning: 'The session cache is full and evicts; misses are read from DocumentDB.',
    metric: worstNode(group, 'DatabaseMemoryUsagePercentage'),
    threshold: limits.cacheMemoryPercent,
    periods: 15,
    urgency: 'notice',
  },
  {
    runbook: 'engine-cpu',
    of: 'cache',
    meaning: `The one thread of the session cache is ${limits.cacheCpuPercent} % busy.`,
    metric: worstNode(group, 'EngineCPUUtilization'),
    threshold: limits.cacheCpuPercent,
    periods: 5,
    urgency: 'notice',
  },
];

const lag = (of: string, group: CfnReplicationGroup, limits: Limits): StoreRule => ({
  runbook: 'replication-lag',
  of,
  meaning: `A replica is more than ${limits.replicationLagSeconds} s behind: a failover now would wait for it, or lose that much.`,
  metric: worstNode(group, 'ReplicationLag'),
  threshold: limits.replicationLagSeconds,
  periods: 5,
  urgency: 'notice',
});

function documentdbAlarms(
  cluster: DatabaseCluster,
  { connectionLimit, cursorLimit }: StageSettings['documentdb'],
  { documentdbCpuPercent, documentdbUsePercent }: Limits,
): StoreRule[] {
  return [
    {
      runbook: 'documentdb-cpu',
      meaning: `The DocumentDB writer is ${documentdbCpuPercent} % busy.`,
      metric: writer(cluster, 'CPUUtilization'),
      threshold: documentdbCpuPercent,
      periods: 10,
      urgency: 'notice',
    },
    {
      runbook: 'documentdb-connections',
      meaning: `DocumentDB has ${documentdbUsePercent} % of its ${connectionLimit} connections.`,
      metric: writer(cluster, 'DatabaseConnections', 'Maximum'),
      threshold: (connectionLimit * documentdbUsePercent) / 100,
      periods: 5,
      urgency: 'notice',
    },
    {
      runbook: 'documentdb-cursors',
      meaning: `DocumentDB has ${documentdbUsePercent} % of its ${cursorLimit} cursors.`,
      metric: writer(cluster, 'DatabaseCursors', 'Maximum'),
      threshold: (cursorLimit * documentdbUsePercent) / 100,
      periods: 5,
      urgency: 'notice',
    },
  ];
}
