import { RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnParameterGroup,
  CfnReplicationGroup,
  CfnSubnetGroup,
  CfnUserGroup,
} from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Network, valkeyPort } from '../network/network.ts';
import type { StageSettings } from '../settings.ts';
import { type QueueRole, queueAccess } from './access.ts';
import { acknowledgeFindings } from './valkey-findings.ts';
import { ValkeyUser } from './valkey-user.ts';
import { valkeyVersion } from './valkey-version.ts';

export interface QueueClusterProps {
  readonly settings: StageSettings;
  readonly network: Network;
  readonly encryptionKey: IKey;
}

/**
 * The Valkey that holds queues, pools, tickets and the outbox. `noeviction`: it refuses writes when full, where any
 * other policy would drop BullMQ's locks. One shard in cluster mode, which durability asks for: a queue lives on one
 * shard anyway, and every script of a pool on another queue's shard would be a second round trip.
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
    const users = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: `${this.node.addr.slice(0, 8)}-queue-users`,
      userIds: [workers.user.ref, producers.user.ref, operators.user.ref],
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: 'Queue cluster',
      subnetIds: network.vpc.selectSubnets({ subnetGroupName: 'stores' }).subnetIds,
    });
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: valkeyVersion.family,
      description: 'Queues: refuse writes rather than forget',
      properties: {
        'maxmemory-policy': 'noeviction',
        'cluster-enabled': 'yes',
      },
    });
    this.group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupDescription: 'Queues, pools and outbox of the matchmaking fleet',
      engine: 'valkey',
      engineVersion: valkeyVersion.engine,
      cacheNodeType: nodeType,
      clusterMode: 'enabled',
      numNodeGroups: 1,
      replicasPerNodeGroup: replicas,
      // Cluster mode always fails over by itself; without a replica it has nowhere to go.
      automaticFailoverEnabled: true,
      multiAzEnabled: replicas > 0,
      durability,
      port: valkeyPort,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [network.queueCluster.securityGroupId],
      userGroupIds: [users.ref],
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: encryptionKey.keyArn,
      snapshotRetentionLimit: snapshotDays,
      ...(snapshotName && { snapshotName }),
    });
    acknowledgeFindings(this.group, replicas);
    this.group.applyRemovalPolicy(
      settings.removal === 'retain' ? RemovalPolicy.SNAPSHOT : RemovalPolicy.DESTROY,
    );
    const endpoint = `${this.group.attrConfigurationEndPointAddress}:${valkeyPort}/?cluster=true`;
    this.workersUrl = workers.url(this, 'WorkersUrl', endpoint);
    this.producersUrl = producers.url(this, 'ProducersUrl', endpoint);
    this.operatorsUrl = operators.url(this, 'OperatorsUrl', endpoint);
  }
}
