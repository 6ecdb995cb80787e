import { Stack, Validations } from 'aws-cdk-lib';
import type { CfnCluster, FargateTaskDefinition, ICluster } from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { metricNamespace } from '../../../jobs/metrics.ts';

/** Lets ECS read a task its secrets, which are encrypted with this key, and nothing else that is. */
export function allowSecrets(definition: FargateTaskDefinition, encryptionKey: IKey): void {
  const { region } = Stack.of(definition);
  definition.addToExecutionRolePolicy(
    new PolicyStatement({
      sid: 'ReadSecrets',
      effect: Effect.ALLOW,
      actions: ['kms:Decrypt'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
    }),
  );
}

/**
 * Lets a task make every AWS call that its worker, its X-Ray daemon and, for them, the ECS agent make; no
 * other. It may publish to `topics` alone.
 */
export function allowCalls(
  definition: FargateTaskDefinition,
  cluster: ICluster,
  topics: readonly string[],
): void {
  const stack = Stack.of(definition);
  // A task cannot know its own name when its role is written: hence all tasks of the cluster.
  const tasks = stack.formatArn({
    service: 'ecs',
    resource: 'task',
    resourceName: `${cluster.clusterName}/*`,
  });
  const allow = (sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
    definition.addToTaskRolePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.ALLOW,
        actions,
        resources,
        ...(conditions && { conditions }),
      }),
    );
  allow('Metrics', ['cloudwatch:PutMetricData'], ['*'], {
    StringEquals: { 'cloudwatch:namespace': metricNamespace },
  });
  allow('Traces', ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], ['*']);
  allow('ScaleInProtection', ['ecs:UpdateTaskProtection'], [tasks]);
  if (topics.length > 0) allow('Events', ['sns:Publish'], [...topics]);

  const clusterId = stack.getLogicalId(cluster.node.defaultChild as CfnCluster);
  Validations.of(definition).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'PutMetricData, PutTraceSegments, PutTelemetryRecords and ecr:GetAuthorizationToken know no resources; the first is held to its namespace by a condition.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:${stack.region}:<AWS::AccountId>:task/<${clusterId}>/*]`,
      reason: 'The tasks of one cluster, all of them workers: a task cannot name itself in its own role.',
    },
  );
}
