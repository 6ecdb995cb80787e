import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { DatabaseCluster } from 'aws-cdk-lib/aws-docdb';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';

const period = Duration.minutes(1);

/**
 * The worst node of a Valkey cluster. ElastiCache measures nodes, and which of them is the primary changes
 * with a failover; nodes of a cluster-mode group are called `<group>-0001-00<n>`, others `<group>-00<n>`.
 */
export function worstNode(
  group: CfnReplicationGroup,
  metricName: string,
  statistic = 'Maximum',
): MathExpression {
  const sharded = group.clusterMode === 'enabled';
  const count = sharded ? (group.replicasPerNodeGroup ?? 0) + 1 : (group.numCacheClusters ?? 1);
  const nodes = Array.from({ length: count }, (_, at) => ({
    // Unique on a graph that shows several measures.
    id: `node${at + 1}${metricName}`,
    CacheClusterId: `${group.ref}-${sharded ? '0001-' : ''}00${at + 1}`,
  }));
  return new MathExpression({
    label: metricName,
    expression: `MAX([${nodes.map((it) => it.id).join(', ')}])`,
    period,
    usingMetrics: Object.fromEntries(
      nodes.map(({ id, CacheClusterId }) => [
        id,
        new Metric({
          namespace: 'AWS/ElastiCache',
          metricName,
          dimensionsMap: { CacheClusterId },
          statistic,
          period,
        }),
      ]),
    ),
  });
}

/** One metric of the instance that takes the writes. */
export const writer = (cluster: DatabaseCluster, metricName: string, statistic = 'Average'): Metric =>
  new Metric({
    namespace: 'AWS/DocDB',
    metricName,
    dimensionsMap: { DBClusterIdentifier: cluster.clusterIdentifier, Role: 'WRITER' },
    statistic,
    period,
  });
