import { RemovalPolicy } from 'aws-cdk-lib';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Network, valkeyPort } from '../network/network.ts';
import type { StageSettings } from '../settings.ts';
import { type QueueRole, queueAccess } from './access.ts';
import { defineValkeyCluster } from './valkey-cluster.ts';
import { ValkeyUser } from './valkey-user.ts';

export interface QueueClusterProps {
  readonly settings: StageSettings;
  readonly network: Network;
  readonly encryptionKey: IKey;
}

/**
 * The Valkey that holds queues, pools, tickets and the outbox. `noeviction`: it refuses writes when full,
 * where any other policy would drop BullMQ's locks. One shard in cluster mode, which durability asks for: a
 * queue lives on one shard anyway, and every script of a pool on another queue's shard would be a second
 * round trip.
 */
export class QueueCluster extends Construct {
  readonly group: CfnReplicationGroup;
  /** `rediss://` URL of the workers' user. */
  readonly workersUrl: ISecret;
  /** `rediss://` URL of the producers' user, for upstream services. */
  readonly producersUrl: ISecret;
  /** `rediss://` URL of the operators' user, for the command line. */
  readonly operatorsUrl: ISecret;

  constructor(scope: Construct, id: string, { settings, network, encryptionKey }: QueueClusterProps) {
    super(scope, id);
    const { nodeType, replicas, durability, snapshotDays, snapshotName } = settings.queueCluster;
    const user = (id: 'Workers' | 'Producers' | 'Operators', role: QueueRole) =>
      new ValkeyUser(this, id, {
        name: id.toLowerCase(),
        generation: settings.passwords[`${role}s`],
        access: queueAccess(settings.domain, role),
        encryptionKey,
      });
    const workers = user('Workers', 'worker');
    const producers = user('Producers', 'producer');
    const operators = user('Operators', 'operator');
    this.group = defineValkeyCluster(this, {
      title: 'Queue cluster',
      usersName: 'queue-users',
      users: [workers, producers, operators],
      network,
      securityGroupId: network.queueCluster.securityGroupId,
      encryptionKey,
      replicas,
      parameters: {
        description: 'Queues: refuse writes rather than forget',
        properties: { 'maxmemory-policy': 'noeviction', 'cluster-enabled': 'yes' },
      },
      group: {
        replicationGroupDescription: 'Queues, pools and outbox of the matchmaking fleet',
        cacheNodeType: nodeType,
        clusterMode: 'enabled',
        numNodeGroups: 1,
        replicasPerNodeGroup: replicas,
        // Cluster mode always fails over by itself; without a replica it has nowhere to go.
        automaticFailoverEnabled: true,
        durability,
        snapshotRetentionLimit: snapshotDays,
        ...(snapshotName && { snapshotName }),
      },
    });
    this.group.applyRemovalPolicy(
      settings.removal === 'retain' ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    );
    const endpoint = `${this.group.attrConfigurationEndPointAddress}:${valkeyPort}/?cluster=true`;
    this.workersUrl = workers.url(this, 'WorkersUrl', endpoint);
    this.producersUrl = producers.url(this, 'ProducersUrl', endpoint);
    this.operatorsUrl = operators.url(this, 'OperatorsUrl', endpoint);
  }
}
