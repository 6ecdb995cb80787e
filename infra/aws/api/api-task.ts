import { Aws, Duration, Validations } from 'aws-cdk-lib';
import { Secret as EcsSecret, type FargateTaskDefinition, LogDrivers } from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { DataStack } from '../data/data-stack.ts';
import type { StageSettings } from '../settings.ts';
import { defineFleetTask, user } from '../task/fleet-task.ts';
import { image } from '../task/image.ts';
import { allowSecrets } from '../task/task-permissions.ts';
import { addTraceSidecar, sidecarSize, tracesEnvironment } from '../task/trace-sidecar.ts';
import type { ApiSettings } from './api-settings.ts';

export interface ApiTaskProps {
  readonly api: ApiSettings;
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly keysSecret: ISecret;
}

export const apiPort = 8_000;
export const apiHealthPort = 8_080;
const graceSeconds = 30;

/**
 * One process of the HTTP API, and who sends its traces. It logs in to the queue cluster as producers do, and
 * to nothing else.
 */
export class ApiTask extends Construct {
  readonly definition: FargateTaskDefinition;

  constructor(scope: Construct, id: string, { api, settings, data, keysSecret }: ApiTaskProps) {
    super(scope, id);
    const { cpu, memoryMiB } = api;
    const { definition, logGroup } = defineFleetTask(this, { cpu, memoryMiB, settings, data });
    this.definition = definition;
    const secret = (name: string, { secretArn }: ISecret) =>
      EcsSecret.fromSecretsManager(Secret.fromSecretCompleteArn(this, name, secretArn));
    definition.addContainer('api', {
      image: image('fleet'),
      command: ['producers/api/main.ts'],
      user,
      readonlyRootFilesystem: true,
      environment: {
        DOMAIN: settings.domain,
        AWS_REGION: settings.region,
        AWS_ACCOUNT_ID: Aws.ACCOUNT_ID,
        ...tracesEnvironment(settings),
        LOG_LEVEL: settings.logLevel,
        API_HOST: '0.0.0.0',
        API_PORT: String(apiPort),
        // The load balancer ends TLS; nothing else reaches the port.
        BEHIND_TLS: 'true',
        HEALTH_HOST: '0.0.0.0',
        HEALTH_PORT: String(apiHealthPort),
        GRACE_MS: String(graceSeconds * 1_000),
        USER_POOL_ID: data.players.poolId,
        USER_POOL_CLIENT_ID: data.players.clientId,
        NODE_OPTIONS: `--max-old-space-size=${Math.floor((memoryMiB - sidecarSize.memoryMiB) * 0.75)}`,
      },
      secrets: {
        QUEUE_REDIS_URL: secret('ProducersUrl', data.queueCluster.producersUrl),
        API_KEYS_SECRET: secret('KeysSecret', keysSecret),
      },
      portMappings: [{ containerPort: apiPort }, { containerPort: apiHealthPort }],
      stopTimeout: Duration.seconds(graceSeconds + 15),
      logging: LogDrivers.awsLogs({ streamPrefix: 'api', logGroup }),
    });
    addTraceSidecar(definition, settings, LogDrivers.awsLogs({ streamPrefix: 'api-xray', logGroup }));
    definition.addToTaskRolePolicy(
      new PolicyStatement({
        sid: 'Traces',
        effect: Effect.ALLOW,
        actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
        resources: ['*'],
      }),
    );
    allowSecrets(definition, data.encryptionKey);
    Validations.of(definition).acknowledge(
      {
        id: 'AwsSolutions-ECS2',
        reason: 'What is secret comes from Secrets Manager. The rest is meant to be read in the console.',
      },
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'PutTraceSegments, PutTelemetryRecords and ecr:GetAuthorizationToken know no resources.',
      },
    );
  }
}
