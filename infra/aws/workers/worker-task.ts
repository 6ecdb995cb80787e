import { Aws, Duration, Validations } from 'aws-cdk-lib';
import {
  Secret as EcsSecret,
  type FargateTaskDefinition,
  type ICluster,
  LogDrivers,
} from 'aws-cdk-lib/aws-ecs';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { catalogue } from '../../../jobs/catalogue.ts';
import type { QueueName } from '../../../jobs/contract.ts';
import type { DataStack } from '../data/data-stack.ts';
import { healthPort } from '../network/network.ts';
import { type StageSettings, topicsOf } from '../settings.ts';
import { defineFleetTask, user } from '../task/fleet-task.ts';
import { image } from '../task/image.ts';
import { allowCalls, allowSecrets } from '../task/task-permissions.ts';
import { addTraceSidecar, sidecarSize, tracesEnvironment } from '../task/trace-sidecar.ts';

export interface WorkerTaskProps {
  readonly queue: QueueName;
  readonly settings: StageSettings;
  readonly data: DataStack;
  readonly cluster: ICluster;
}

/**
 * After the grace period a worker closes its connections and sends its last metrics: at most this long,
 * seconds.
 */
const closingSeconds = 15;

/**
 * How long a queue's worker may finish its jobs after SIGTERM, seconds: as long as its slowest job may take.
 * So neither scale-in nor a deployment ever interrupts a job; a long one protects its task besides, see
 * `workers/process/task-protection.ts`.
 */
const graceSeconds = (queue: QueueName): number =>
  Math.ceil(Math.max(...catalogue.filter((job) => job.queue === queue).map((job) => job.timeoutMs)) / 1_000);

/** One worker process and who sends its traces. */
export class WorkerTask extends Construct {
  readonly definition: FargateTaskDefinition;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { queue, settings, data, cluster }: WorkerTaskProps) {
    super(scope, id);
    const { cpu, memoryMiB } = settings.services[queue];
    const grace = graceSeconds(queue);
    const { definition, logGroup } = defineFleetTask(this, { cpu, memoryMiB, settings, data });
    this.definition = definition;
    this.logGroup = logGroup;
    this.definition.addContainer('worker', {
      image: image('fleet'),
      command: ['workers/process/main.ts'],
      user,
      readonlyRootFilesystem: true,
      // Room for the heap beside code and buffers; V8 collects harder near it instead of being killed by the
      // kernel.
      environment: {
        ...plainEnvironment(queue, settings, data),
        ...tracesEnvironment(settings),
        GRACE_MS: String(grace * 1_000),
        NODE_OPTIONS: `--max-old-space-size=${Math.floor((memoryMiB - sidecarSize.memoryMiB) * 0.75)}`,
      },
      secrets: {
        QUEUE_REDIS_URL: this.#secret('QueueUrl', data.queueCluster.workersUrl),
        CACHE_REDIS_URL: this.#secret('CacheUrl', data.sessionCache.url),
        DOCUMENTDB_USERNAME: this.#secret('Login', data.documentdb.taskLogin, 'username'),
        DOCUMENTDB_PASSWORD: this.#secret('Login', data.documentdb.taskLogin, 'password'),
        API_KEYS_SECRET: this.#secret('ApiKeys', data.apiKeysSecret),
        OPERATOR_KEY: this.#secret('OperatorKey', data.operatorKey),
        ...(data.placementKey && { PLACEMENT_SECRET: this.#secret('PlacementKey', data.placementKey) }),
      },
      stopTimeout: Duration.seconds(grace + closingSeconds),
      healthCheck: {
        command: ['CMD', '/nodejs/bin/node', '--eval', probe],
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        retries: 3,
        startPeriod: Duration.seconds(30),
      },
      logging: LogDrivers.awsLogs({ streamPrefix: queue, logGroup: this.logGroup }),
    });
    addTraceSidecar(
      this.definition,
      settings,
      LogDrivers.awsLogs({ streamPrefix: `${queue}-xray`, logGroup: this.logGroup }),
    );
    allowCalls(this.definition, cluster, queue === 'maintenance' ? topicsOf(settings) : []);
    allowSecrets(this.definition, data.encryptionKey);
    Validations.of(this.definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'What is secret comes from Secrets Manager. The rest is meant to be read in the console.',
    });
  }

  /** By name only: a grant on the secret itself would make the data stack depend on this one. */
  #secret(id: string, { secretArn }: ISecret, field?: string): EcsSecret {
    const known = this.node.tryFindChild(id) as ISecret | undefined;
    return EcsSecret.fromSecretsManager(known ?? Secret.fromSecretCompleteArn(this, id, secretArn), field);
  }
}

/** Exits 0 when `/healthz` says the worker makes progress; a distroless image has no curl. */
const probe = `fetch('http://127.0.0.1:${healthPort}/healthz').then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))`;

function plainEnvironment(queue: QueueName, settings: StageSettings, data: DataStack) {
  return {
    QUEUES: queue,
    DOMAIN: settings.domain,
    ENVIRONMENT: settings.name,
    AWS_REGION: settings.region,
    AWS_ACCOUNT_ID: Aws.ACCOUNT_ID,
    PLACEMENT_HOSTS: settings.placementHosts.join(),
    DOCUMENTDB_URI: data.documentdb.uri,
    METRIC_CONFIGURATIONS: settings.metrics.configurations.join(),
    METRIC_PLAYERS: settings.metrics.players.join(),
    LOG_LEVEL: settings.logLevel,
    HEALTH_PORT: String(healthPort),
    // On every address of the task where somebody else may ask; the security group says who.
    ...(settings.metrics.readFrom.length > 0 && { HEALTH_HOST: '0.0.0.0' }),
    EVENT_RETENTION_HOURS: String(settings.events.retentionHours),
    EVENT_RETENTION_MIB: String(settings.events.retentionMib),
    ...(settings.events.topicArn !== undefined && { EVENT_TOPIC_ARN: settings.events.topicArn }),
    MATCH_TTL_MINUTES: String(settings.matchTtlMinutes),
    TICKET_READABLE_MINUTES: String(settings.tickets.readableMinutes),
    TICKET_RECORD_DAYS: String(settings.tickets.recordDays),
    SESSION_RECORD_DAYS: String(settings.sessionRecordDays),
  };
}
