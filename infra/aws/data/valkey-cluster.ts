import { Validations } from 'aws-cdk-lib';
import {
  CfnParameterGroup,
  CfnReplicationGroup,
  type CfnReplicationGroupProps,
  CfnSubnetGroup,
  CfnUserGroup,
} from 'aws-cdk-lib/aws-elasticache';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { type Network, valkeyPort } from '../network/network.ts';
import type { ValkeyUser } from './valkey-user.ts';

export interface ValkeyClusterProps {
  /** What it is called where only people read it. */
  readonly title: string;
  /** Ends the id of its group of users, which an account has once. */
  readonly usersName: string;
  readonly users: readonly ValkeyUser[];
  readonly network: Network;
  readonly securityGroupId: string;
  readonly encryptionKey: IKey;
  readonly replicas: number;
  readonly parameters: { readonly description: string; readonly properties: Record<string, string> };
  /** What this cluster has of its own: node type, shards, durability, snapshots. */
  readonly group: Omit<CfnReplicationGroupProps, 'engine' | 'engineVersion' | 'port'>;
}

/**
 * Redis 6 is past its end of life and billed as extended support. Valkey costs 20 % less per node, and its
 * version 9 is the first with durability.
 */
const version = { engine: '9.0', family: 'valkey9' } as const;

/** A Valkey cluster in the stage's store subnets, encrypted in transit and at rest. Only its own users log in. */
export function defineValkeyCluster(scope: Construct, it: ValkeyClusterProps): CfnReplicationGroup {
  const users = new CfnUserGroup(scope, 'Users', {
    engine: 'valkey',
    userGroupId: `${scope.node.addr.slice(0, 8)}-${it.usersName}`,
    userIds: it.users.map(({ user }) => user.ref),
  });
  const subnets = new CfnSubnetGroup(scope, 'Subnets', {
    description: it.title,
    subnetIds: it.network.vpc.selectSubnets({ subnetGroupName: 'stores' }).subnetIds,
  });
  const parameters = new CfnParameterGroup(scope, 'Parameters', {
    cacheParameterGroupFamily: version.family,
    ...it.parameters,
  });
  const group = new CfnReplicationGroup(scope, 'Group', {
    engine: 'valkey',
    engineVersion: version.engine,
    multiAzEnabled: it.replicas > 0,
    port: valkeyPort,
    cacheParameterGroupName: parameters.ref,
    cacheSubnetGroupName: subnets.ref,
    securityGroupIds: [it.securityGroupId],
    userGroupIds: [users.ref],
    transitEncryptionEnabled: true,
    atRestEncryptionEnabled: true,
    kmsKeyId: it.encryptionKey.keyArn,
    ...it.group,
  });
  acknowledgeFindings(group, it.replicas);
  return group;
}

/** What cdk-nag says of any Valkey cluster of ours, and why it may stay so. */
function acknowledgeFindings(group: CfnReplicationGroup, replicas: number): void {
  Validations.of(group).acknowledge({
    id: 'AwsSolutions-AEC6',
    reason: 'Users of a user group log in with passwords of their own; AUTH is one password for everybody.',
  });
  if (replicas === 0)
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-AEC4',
      reason: 'Without a replica there is no second zone: this stage may lose what it holds.',
    });
}
