import type { DatabaseCluster } from 'aws-cdk-lib/aws-docdb';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import { type AlarmRule, missing } from './alarm-rule.ts';
import type { DataStack } from './data-stack.ts';
import type { StageSettings } from './settings.ts';
import { worstNode, writer } from './store-metrics.ts';

type StoreRule = Omit<AlarmRule, 'missing'>;

/** What the stores say about themselves. AWS measures them, so silence leaves an alarm as it is. */
export function storeAlarms(settings: StageSettings, data: DataStack): AlarmRule[] {
  const { queueCluster, sessionCache, documentdb } = data;
  return [
    ...queueClusterAlarms(queueCluster.group),
    ...cacheAlarms(sessionCache.group),
    ...(settings.queueCluster.replicas > 0 ? [lag('queue', queueCluster.group)] : []),
    ...(settings.sessionCache.replicas > 0 ? [lag('cache', sessionCache.group)] : []),
    ...documentdbAlarms(documentdb.cluster, settings.documentdb),
  ].map((rule) => ({ ...rule, missing: missing.saysNothing }));
}

const queueClusterAlarms = (group: CfnReplicationGroup): StoreRule[] => [
  {
    runbook: 'queue-memory',
    meaning: 'The queue cluster is 70 % full; when it is full, producers are refused.',
    metric: worstNode(group, 'DatabaseMemoryUsagePercentage'),
    threshold: 70,
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
    meaning: 'The one thread of the queue cluster is 75 % busy: it is the ceiling of the whole fleet.',
    metric: worstNode(group, 'EngineCPUUtilization'),
    threshold: 75,
    periods: 5,
    urgency: 'notice',
  },
];

const cacheAlarms = (group: CfnReplicationGroup): StoreRule[] => [
  {
    runbook: 'cache-memory',
    meaning: 'The session cache is full and evicts; misses are read from DocumentDB.',
    metric: worstNode(group, 'DatabaseMemoryUsagePercentage'),
    threshold: 95,
    periods: 15,
    urgency: 'notice',
  },
  {
    runbook: 'engine-cpu',
    of: 'cache',
    meaning: 'The one thread of the session cache is 80 % busy.',
    metric: worstNode(group, 'EngineCPUUtilization'),
    threshold: 80,
    periods: 5,
    urgency: 'notice',
  },
];

const lag = (of: string, group: CfnReplicationGroup): StoreRule => ({
  runbook: 'replication-lag',
  of,
  meaning: 'A replica is more than 5 s behind: a failover now would wait for it, or lose that much.',
  metric: worstNode(group, 'ReplicationLag'),
  threshold: 5,
  periods: 5,
  urgency: 'notice',
});

function documentdbAlarms(
  cluster: DatabaseCluster,
  { connectionLimit, cursorLimit }: StageSettings['documentdb'],
): StoreRule[] {
  return [
    {
      runbook: 'documentdb-cpu',
      meaning: 'The DocumentDB writer is 80 % busy.',
      metric: writer(cluster, 'CPUUtilization'),
      threshold: 80,
      periods: 10,
      urgency: 'notice',
    },
    {
      runbook: 'documentdb-connections',
      meaning: `DocumentDB has 80 % of its ${connectionLimit} connections.`,
      metric: writer(cluster, 'DatabaseConnections', 'Maximum'),
      threshold: connectionLimit * 0.8,
      periods: 5,
      urgency: 'notice',
    },
    {
      runbook: 'documentdb-cursors',
      meaning: `DocumentDB has 80 % of its ${cursorLimit} cursors.`,
      metric: writer(cluster, 'DatabaseCursors', 'Maximum'),
      threshold: cursorLimit * 0.8,
      periods: 5,
      urgency: 'notice',
    },
  ];
}
