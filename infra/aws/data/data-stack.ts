import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Network } from '../network/network.ts';
import type { StageSettings } from '../settings.ts';
import { apiKeysSecret, operatorKey } from './api-keys-secret.ts';
import { DocumentDb } from './documentdb.ts';
import { FleetKey } from './fleet-key.ts';
import { placementKey } from './placement-key.ts';
import { Players } from './players.ts';
import { producersPolicy } from './producers-policy.ts';
import { QueueCluster } from './queue-cluster.ts';
import { SessionCache } from './session-cache.ts';

export interface DataStackProps extends StackProps {
  readonly settings: StageSettings;
}

/**
 * What must be kept: network, key, stores, players. Deployed rarely, protected where the stage says `retain`.
 */
export class DataStack extends Stack {
  readonly encryptionKey: Key;
  readonly network: Network;
  readonly queueCluster: QueueCluster;
  readonly sessionCache: SessionCache;
  readonly documentdb: DocumentDb;
  /** `PLACEMENT_SECRET` of the workers, where the stage names hosts to place matches. */
  readonly placementKey: ISecret | undefined;
  /** `API_KEYS_SECRET` of workers and of the HTTP API. */
  readonly apiKeysSecret: ISecret;
  /** `OPERATOR_KEY` of workers, which make that key, and of the command line, which signs by it. */
  readonly operatorKey: ISecret;
  readonly players: Players;

  constructor(scope: Construct, id: string, { settings, ...props }: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: settings.removal === 'retain' });
    this.encryptionKey = new FleetKey(this, 'Encryption', settings).key;
    this.network = new Network(this, 'Network', settings, this.encryptionKey);
    const shared = { settings, network: this.network, encryptionKey: this.encryptionKey };
    this.queueCluster = new QueueCluster(this, 'QueueCluster', shared);
    this.sessionCache = new SessionCache(this, 'SessionCache', shared);
    this.documentdb = new DocumentDb(this, 'DocumentDb', shared);
    if (settings.placementHosts.length > 0) this.placementKey = placementKey(this, this.encryptionKey);
    this.apiKeysSecret = apiKeysSecret(this, this.encryptionKey);
    this.operatorKey = operatorKey(this, this.encryptionKey);
    this.players = new Players(this, 'Players', settings);
    const { players } = this;

    const policy = producersPolicy(this, this.queueCluster.producersUrl, this.encryptionKey);

    new CfnOutput(this, 'VpcId', { value: this.network.vpc.vpcId });
    new CfnOutput(this, 'KeyArn', { value: this.encryptionKey.keyArn });
    new CfnOutput(this, 'ProducersPolicy', { value: policy.managedPolicyArn });
    new CfnOutput(this, 'UserPoolId', { value: players.poolId });
    new CfnOutput(this, 'UserPoolClientId', { value: players.clientId });
    new CfnOutput(this, 'ProducersUrlSecret', { value: this.queueCluster.producersUrl.secretArn });
    new CfnOutput(this, 'OperatorsUrlSecret', { value: this.queueCluster.operatorsUrl.secretArn });
    new CfnOutput(this, 'ProducersSecurityGroup', { value: this.network.producers.securityGroupId });
    new CfnOutput(this, 'ApiKeysSecretArn', { value: this.apiKeysSecret.secretArn });
    new CfnOutput(this, 'OperatorKeyArn', { value: this.operatorKey.secretArn });
    if (this.placementKey) new CfnOutput(this, 'PlacementKeySecret', { value: this.placementKey.secretArn });
  }
}
