import { Stack, Validations } from 'aws-cdk-lib';
import { Secret as EcsSecret, type ICluster, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import { defineFleetTask, user } from './fleet-task.ts';
import { image } from './image.ts';
import { allowSecrets } from './task-permissions.ts';

export interface LoginTaskProps {
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly cluster: ICluster;
}

/**
 * Makes the DocumentDB user that workers log in as, at every deployment that changes this task: it is the
 * only one that gets the master user's login. It runs beside the first workers, which wait for their user as
 * they wait for a store that is away.
 */
export class LoginTask extends Construct {
  constructor(scope: Construct, id: string, { settings, data, cluster }: LoginTaskProps) {
    super(scope, id);
    const { definition, logGroup } = defineFleetTask(this, { cpu: 256, memoryMiB: 512, settings, data });
    const secret = (name: string, { secretArn }: ISecret) =>
      Secret.fromSecretCompleteArn(this, name, secretArn);
    const master = secret('Master', data.documentdb.login);
    const tasks = secret('Tasks', data.documentdb.taskLogin);
    definition.addContainer('login', {
      image: image('fleet'),
      command: ['workers/task-login/main.ts'],
      user,
      readonlyRootFilesystem: true,
      environment: { DOCUMENTDB_URI: data.documentdb.uri },
      secrets: {
        DOCUMENTDB_USERNAME: EcsSecret.fromSecretsManager(master, 'username'),
        DOCUMENTDB_PASSWORD: EcsSecret.fromSecretsManager(master, 'password'),
        TASK_USERNAME: EcsSecret.fromSecretsManager(tasks, 'username'),
        TASK_PASSWORD: EcsSecret.fromSecretsManager(tasks, 'password'),
      },
      logging: LogDrivers.awsLogs({ streamPrefix: 'login', logGroup }),
    });
    allowSecrets(definition, data.encryptionKey);
    const { taskDefinitionArn } = definition;
    const run = new AwsCustomResource(this, 'Run', {
      resourceType: 'Custom::TaskLogin',
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['ecs:RunTask'],
          resources: [taskDefinitionArn],
          conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
        }),
        new PolicyStatement({
          effect: Effect.ALLOW,
          actions: ['iam:PassRole'],
          resources: [definition.taskRole.roleArn, definition.obtainExecutionRole().roleArn],
          conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
        }),
      ]),
      onUpdate: {
        service: 'ECS',
        action: 'runTask',
        parameters: {
          cluster: cluster.clusterName,
          taskDefinition: taskDefinitionArn,
          launchType: 'FARGATE',
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: data.network.vpc.selectSubnets({ subnetGroupName: 'tasks' }).subnetIds,
              securityGroups: [data.network.workers.securityGroupId],
            },
          },
        },
        physicalResourceId: PhysicalResourceId.of('task-login'),
        outputPaths: ['tasks.0.taskArn'],
      },
    });
    run.node.addDependency(definition);
    this.#acknowledge();
    Validations.of(definition).acknowledge(
      {
        id: 'AwsSolutions-ECS2',
        reason: "The store's address is no secret; both logins come from Secrets Manager.",
      },
      { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'ecr:GetAuthorizationToken knows no resources.' },
    );
  }

  /** The function behind the custom resource is one of the CDK's own. */
  #acknowledge(): void {
    const lambda = Stack.of(this).node.children.find((it) => it.node.id.startsWith('AWS'));
    if (!lambda) return;
    Validations.of(lambda).acknowledge(
      {
        id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
        reason: 'The function writes its own log with it.',
      },
      { id: 'AwsSolutions-L1', reason: 'The CDK chooses the runtime of its own function.' },
    );
  }
}
