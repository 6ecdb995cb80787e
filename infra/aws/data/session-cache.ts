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
import { cacheAccess } from './access.ts';
import { acknowledgeFindings } from './valkey-findings.ts';
import { ValkeyUser } from './valkey-user.ts';
import { valkeyVersion } from './valkey-version.ts';

export interface SessionCacheProps {
  readonly settings: StageSettings;
  readonly network: Network;
  readonly encryptionKey: IKey;
}

/** `game-session-cache`: sessions and ratings, evicted when memory runs short and read again from DocumentDB. */
export class SessionCache extends Construct {
  readonly group: CfnReplicationGroup;
  readonly url: ISecret;

  constructor(scope: Construct, id: string, { settings, network, encryptionKey }: SessionCacheProps) {
    super(scope, id);
    const { nodeType, replicas } = settings.sessionCache;
    const workers = new ValkeyUser(this, 'Workers', {
      name: 'workers',
      access: cacheAccess(),
      generation: settings.passwords.cache,
      encryptionKey,
    });
    const users = new CfnUserGroup(this, 'Users', {
      engine: 'valkey',
      userGroupId: `${this.node.addr.slice(0, 8)}-cache-users`,
      userIds: [workers.user.ref],
    });
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      description: 'Session cache',
      subnetIds: network.vpc.selectSubnets({ subnetGroupName: 'stores' }).subnetIds,
    });
    const parameters = new CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: valkeyVersion.family,
      description: 'Session cache: the least recently used key with a time to live goes first',
      properties: { 'maxmemory-policy': 'volatile-lru' },
    });
    this.group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupId: 'game-session-cache',
      replicationGroupDescription: 'Session cache of the matchmaking fleet',
      engine: 'valkey',
      engineVersion: valkeyVersion.engine,
      cacheNodeType: nodeType,
      clusterMode: 'disabled',
      numCacheClusters: replicas + 1,
      automaticFailoverEnabled: replicas > 0,
      multiAzEnabled: replicas > 0,
      port: valkeyPort,
      cacheParameterGroupName: parameters.ref,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [network.sessionCache.securityGroupId],
      userGroupIds: [users.ref],
      transitEncryptionEnabled: true,
      atRestEncryptionEnabled: true,
      kmsKeyId: encryptionKey.keyArn,
    });
    acknowledgeFindings(this.group, replicas);
    // Nothing here is worth keeping: DocumentDB has the record.
    this.group.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.url = workers.url(this, 'Url', `${this.group.attrPrimaryEndPointAddress}:${valkeyPort}`);
  }
}
