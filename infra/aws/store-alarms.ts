import { type AlarmRule, missing } from './alarm-rule.ts';
import type { DataStack } from './data-stack.ts';
import type { StageSettings } from './settings.ts';
import { worstNode, writer } from './store-metrics.ts';

/** What the stores say about themselves. Silence of AWS's own metrics leaves an alarm as it is. */
export function storeAlarms(settings: StageSettings, data: DataStack): AlarmRule[] {
  const queue = data.queueCluster.group;
  const cache = data.sessionCache.group;
  const { cluster } = data.documentdb;
  const { connectionLimit, cursorLimit } = settings.documentdb;
  const rule = (
    runbook: string,
    urgency: AlarmRule['urgency'],
    metric: AlarmRule['metric'],
    threshold: number,
    meaning: string,
    periods = 5,
  ): AlarmRule => ({ runbook, urgency, metric, threshold, meaning, periods, missing: missing.saysNothing });
  const lag = (name: string, runbook: string, group: typeof queue) =>
    rule(runbook, 'notice', worstNode(group, 'ReplicationLag'), 5, `${name}: a replica is 5 s behind.`);

  return [
    rule(
      'queue-memory',
      'page',
      worstNode(queue, 'DatabaseMemoryUsagePercentage'),
      70,
      'The queue cluster is 70 % full; when it is full, producers are refused.',
      3,
    ),
    rule(
      'queue-evictions',
      'page',
      worstNode(queue, 'Evictions', 'Sum'),
      0,
      'The queue cluster evicts: its policy is not noeviction, and jobs lose their locks.',
      1,
    ),
    rule(
      'cache-memory',
      'notice',
      worstNode(cache, 'DatabaseMemoryUsagePercentage'),
      95,
      'The session cache is full and evicts; misses are read from DocumentDB.',
      15,
    ),
    rule(
      'engine-cpu-queue',
      'notice',
      worstNode(queue, 'EngineCPUUtilization'),
      75,
      'The one thread of the queue cluster is 75 % busy: it is the ceiling of the whole fleet.',
    ),
    rule(
      'engine-cpu-cache',
      'notice',
      worstNode(cache, 'EngineCPUUtilization'),
      80,
      'The one thread of the session cache is 80 % busy.',
    ),
    ...(settings.queueCluster.replicas > 0 ? [lag('Queue cluster', 'replication-lag-queue', queue)] : []),
    ...(settings.sessionCache.replicas > 0 ? [lag('Session cache', 'replication-lag-cache', cache)] : []),
    rule(
      'documentdb-cpu',
      'notice',
      writer(cluster, 'CPUUtilization'),
      80,
      'The DocumentDB writer is 80 % busy.',
      10,
    ),
    rule(
      'documentdb-connections',
      'notice',
      writer(cluster, 'DatabaseConnections', 'Maximum'),
      connectionLimit * 0.8,
      `DocumentDB has 80 % of its ${connectionLimit} connections.`,
    ),
    rule(
      'documentdb-cursors',
      'notice',
      writer(cluster, 'DatabaseCursors', 'Maximum'),
      cursorLimit * 0.8,
      `DocumentDB has 80 % of its ${cursorLimit} cursors.`,
    ),
  ];
}
