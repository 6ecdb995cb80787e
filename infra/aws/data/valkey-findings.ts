import { Validations } from 'aws-cdk-lib';
import type { CfnReplicationGroup } from 'aws-cdk-lib/aws-elasticache';

/** What cdk-nag says of any Valkey cluster of ours, and why it may stay so. */
export function acknowledgeFindings(group: CfnReplicationGroup, replicas: number): void {
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
