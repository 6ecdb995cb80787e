import { RemovalPolicy } from 'aws-cdk-lib';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { type Network, valkeyPort } from '../network/network.ts';
import type { StageSettings } from '../settings.ts';
import { cacheAccess } from './access.ts';
import { defineValkeyCluster } from './valkey-cluster.ts';
import { ValkeyUser } from './valkey-user.ts';

export interface SessionCacheProps {
  readonly settings: StageSettings;
  readonly network: Network;
  readonly encryptionKey: IKey;
}

/**
 * `game-session-cache`: sessions and ratings, evicted when memory runs short and read again from DocumentDB.
 */
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
    this.group = defineValkeyCluster(this, {
      title: 'Session cache',
      usersName: 'cache-users',
      users: [workers],
      network,
      securityGroupId: network.sessionCache.securityGroupId,
      encryptionKey,
      replicas,
      parameters: {
        description: 'Session cache: the least recently used key with a time to live goes first',
        properties: { 'maxmemory-policy': 'volatile-lru' },
      },
      group: {
        replicationGroupId: 'game-session-cache',
        replicationGroupDescription: 'Session cache of the matchmaking fleet',
        cacheNodeType: nodeType,
        clusterMode: 'disabled',
        numCacheClusters: replicas + 1,
        automaticFailoverEnabled: replicas > 0,
      },
    });
    // Nothing here is worth keeping: DocumentDB has the record.
    this.group.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.url = workers.url(this, 'Url', `${this.group.attrPrimaryEndPointAddress}:${valkeyPort}`);
  }
}
