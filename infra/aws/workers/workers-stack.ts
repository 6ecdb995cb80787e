import { CfnOutput, CrossStackReferences, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import {
  CfnClusterCapacityProviderAssociations,
  Cluster,
  ContainerInsights,
  type ICluster,
} from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { type QueueName, queueNames } from '../../../jobs/contract.ts';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import { LoginTask } from '../task/login-task.ts';
import { OperatorTask } from '../task/operator-task.ts';
import { WorkerService } from './worker-service.ts';

export interface WorkersStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly data: DataStack;
}

/**
 * The fleet itself: one service per queue. It holds nothing and may be deleted and deployed again at any
 * time.
 */
export class WorkersStack extends Stack {
  readonly cluster: ICluster;
  readonly services: ReadonlyMap<QueueName, WorkerService>;

  constructor(scope: Construct, id: string, { settings, data, ...props }: WorkersStackProps) {
    super(scope, id, props);
    // Restoring a store replaces it, and CloudFormation lets no export change that another stack imports.
    CrossStackReferences.of(this).consume(ReferenceStrength.WEAK);
    this.cluster = new Cluster(this, 'Cluster', {
      vpc: data.network.vpc,
      containerInsightsV2: ContainerInsights.ENABLED,
    }) as ICluster;
    const providers = new CfnClusterCapacityProviderAssociations(this, 'CapacityProviders', {
      cluster: this.cluster.clusterName,
      capacityProviders: ['FARGATE', 'FARGATE_SPOT'],
      defaultCapacityProviderStrategy: [],
    });
    this.services = new Map(
      queueNames.map((queue) => [
        queue,
        new WorkerService(this, queue, { queue, settings, data, cluster: this.cluster }),
      ]),
    );
    // ECS refuses a service whose provider is not associated yet, and an association that a service still
    // uses does not go.
    for (const { service } of this.services.values()) service.node.addDependency(providers);
    new LoginTask(this, 'login', { settings, data, cluster: this.cluster });
    const operator = new OperatorTask(this, 'operator', { settings, data });

    // What runbook.md asks for by these names.
    for (const [queue, { service, logGroup }] of this.services) {
      const name = queue.replaceAll('-', '');
      new CfnOutput(this, `Service${name}`, { value: service.serviceName });
      new CfnOutput(this, `Logs${name}`, { value: logGroup.logGroupName });
    }
    new CfnOutput(this, 'ClusterName', { value: this.cluster.clusterName });
    new CfnOutput(this, 'OperatorTask', { value: operator.definition.taskDefinitionArn });
    new CfnOutput(this, 'OperatorLogs', { value: operator.logGroup.logGroupName });
    new CfnOutput(this, 'TaskSecurityGroup', { value: data.network.workers.securityGroupId });
    const { subnetIds } = data.network.vpc.selectSubnets({ subnetGroupName: 'tasks' });
    new CfnOutput(this, 'TaskSubnets', { value: subnetIds.join() });
  }
}
