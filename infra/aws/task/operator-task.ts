import { Validations } from 'aws-cdk-lib';
import { Secret as EcsSecret, type FargateTaskDefinition, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import { defineFleetTask, user } from './fleet-task.ts';
import { image } from './image.ts';
import { allowSecrets } from './task-permissions.ts';

export interface OperatorTaskProps {
  readonly settings: StageSettings;
  readonly data: DataStack;
}

/**
 * The fleet's command line as a task that somebody runs once: with the rights of operators, inside the
 * network, where no person can log in. It calls nothing of AWS. `runbook.md` has the line that runs it.
 */
export class OperatorTask extends Construct {
  readonly definition: FargateTaskDefinition;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { settings, data }: OperatorTaskProps) {
    super(scope, id);
    const { definition, logGroup } = defineFleetTask(this, { cpu: 256, memoryMiB: 512, settings, data });
    this.definition = definition;
    this.logGroup = logGroup;
    const url = Secret.fromSecretCompleteArn(this, 'OperatorsUrl', data.queueCluster.operatorsUrl.secretArn);
    const key = Secret.fromSecretCompleteArn(this, 'OperatorKey', data.operatorKey.secretArn);
    this.definition.addContainer('operator', {
      image: image('fleet'),
      command: ['producers/cli/main.ts', 'queue', 'list'],
      user,
      readonlyRootFilesystem: true,
      environment: { DOMAIN: settings.domain },
      secrets: {
        QUEUE_REDIS_URL: EcsSecret.fromSecretsManager(url),
        OPERATOR_KEY: EcsSecret.fromSecretsManager(key),
      },
      logging: LogDrivers.awsLogs({ streamPrefix: 'operator', logGroup: this.logGroup }),
    });
    allowSecrets(this.definition, data.encryptionKey);
    Validations.of(this.definition).acknowledge(
      {
        id: 'AwsSolutions-ECS2',
        reason: 'The domain is no secret; the URL with its password comes from Secrets Manager.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecr:GetAuthorizationToken knows no resources.',
      },
    );
  }
}
