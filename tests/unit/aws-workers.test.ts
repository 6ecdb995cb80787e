import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { loadExpression, scalingPolicy, targetBacklogPerTask } from '../../infra/aws/scaling-policy.ts';
import { stageSettings } from '../../infra/aws/settings.ts';
import { catalogue, queues } from '../../jobs/catalogue.ts';
import { queueNames } from '../../jobs/contract.ts';
import { workerEnvironment } from '../../workers/config.ts';
import { type Resource, resources, synthesise, synthesiseStage, text } from '../support/aws-templates.ts';

interface Container {
  readonly Name: string;
  readonly Command?: readonly string[];
  readonly Environment?: readonly { Name: string; Value: unknown }[];
  readonly Secrets?: readonly { Name: string }[];
  readonly StopTimeout?: number;
  readonly User?: string;
  readonly ReadonlyRootFilesystem?: boolean;
  readonly Essential?: boolean;
  readonly HealthCheck?: { readonly Command: readonly string[] };
}

const { dev, production } = synthesise();

/** The containers of each queue's task, by the queue its worker is told to serve. */
function tasks(stage: Pick<typeof dev, 'workers'>): Map<string, Container[]> {
  const definitions = Object.values(resources(stage.workers, 'AWS::ECS::TaskDefinition'));
  return new Map(
    definitions.map(({ Properties }) => {
      const containers = Properties['ContainerDefinitions'] as Container[];
      return [String(environmentOf(containers[0])['QUEUES']), containers];
    }),
  );
}

/** Variables as the process sees them; what only the deployment knows is `resolved`. */
function environmentOf(container: Container | undefined): Record<string, string> {
  const plain = (container?.Environment ?? []).map(({ Name, Value }) => [
    Name,
    typeof Value === 'string' ? Value : 'mongodb://resolved:27017/?tls=true',
  ]);
  return Object.fromEntries(plain);
}

const secrets: Readonly<Record<string, string>> = {
  QUEUE_REDIS_URL: 'rediss://workers:secret@queue:6379/?cluster=true',
  CACHE_REDIS_URL: 'rediss://workers:secret@cache:6379',
  DOCUMENTDB_USERNAME: 'fleet',
  DOCUMENTDB_PASSWORD: 'p@ss/word',
};

describe.each([
  ['dev', dev],
  ['production', production],
] as const)('the workers stack of %s', (_name, stage) => {
  const { workers, settings } = stage;

  test('every queue of the catalogue has a service, and no other has', () => {
    expect([...tasks(stage).keys()].sort()).toEqual([...new Set(catalogue.map((it) => it.queue))].sort());
    workers.resourceCountIs('AWS::ECS::Service', queueNames.length);
  });

  test.each(queueNames)(
    "the environment of %s is one a worker accepts, and says nothing it doesn't know",
    (queue) => {
      const [worker] = tasks(stage).get(queue) ?? [];
      const given = { ...environmentOf(worker), ...secrets };
      const parsed = workerEnvironment.parse(given);

      expect(worker?.Secrets?.map((it) => it.Name).sort()).toEqual(Object.keys(secrets).sort());
      expect(parsed).toMatchObject({ QUEUES: [queue], ENVIRONMENT: settings.name, DOMAIN: settings.domain });
      expect(parsed.DOCUMENTDB_URI).toMatch(/^mongodb:\/\/fleet:p%40ss%2Fword@/);
      const known = Object.keys(workerEnvironment.in.shape);
      expect(Object.keys(given).filter((name) => !known.includes(name) && name !== 'NODE_OPTIONS')).toEqual(
        [],
      );
    },
  );

  test.each(queueNames)('a job of %s ends before its task is killed', (queue) => {
    const [worker] = tasks(stage).get(queue) ?? [];
    const grace = Number(environmentOf(worker)['GRACE_MS']);
    const slowest = Math.max(...catalogue.filter((it) => it.queue === queue).map((it) => it.timeoutMs));

    expect(grace).toBeGreaterThanOrEqual(slowest);
    expect((worker?.StopTimeout ?? 0) * 1_000).toBeGreaterThan(grace);
    expect(worker?.StopTimeout).toBeLessThanOrEqual(120);
  });

  test.each(queueNames)('%s runs as nobody on a read-only root, beside a daemon that may die', (queue) => {
    const [worker, daemon] = tasks(stage).get(queue) ?? [];

    expect(worker).toMatchObject({
      Command: ['workers/main.ts'],
      User: '65532',
      ReadonlyRootFilesystem: true,
      Essential: true,
    });
    expect(worker?.HealthCheck?.Command.join(' ')).toContain('/healthz');
    expect(daemon).toMatchObject({ Name: 'xray', Essential: false, ReadonlyRootFilesystem: true });
    expect(environmentOf(worker)['AWS_XRAY_DAEMON_ADDRESS']).toBe('127.0.0.1:2000');
  });

  test.each(queueNames)('the health check of %s is the one of its image', (queue) => {
    const [worker] = tasks(stage).get(queue) ?? [];
    const dockerfile = readFileSync(new URL('../../infra/Dockerfile', import.meta.url), 'utf8');
    const [, options = '', command = '[]'] = /^HEALTHCHECK (.*)\\\n +CMD (\[.*\])$/m.exec(dockerfile) ?? [];

    expect(options.trim()).toBe('--interval=15s --timeout=5s --retries=3 --start-period=30s');
    expect(worker?.HealthCheck).toEqual({
      Command: ['CMD', ...JSON.parse(command)],
      Interval: 15,
      Timeout: 5,
      Retries: 3,
      StartPeriod: 30,
    });
    expect(dockerfile).toContain(`ENV HEALTH_PORT=${environmentOf(worker)['HEALTH_PORT']}\n`);
  });

  test('services run on Graviton, roll back by themselves, and never have fewer tasks than before', () => {
    workers.allResourcesProperties('AWS::ECS::TaskDefinition', {
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
    });
    workers.allResourcesProperties('AWS::ECS::Service', {
      DeploymentConfiguration: Match.objectLike({
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
      }),
    });
  });

  test('tasks beyond the least run on Spot where the stage says so, and nowhere else', () => {
    const spot = new Set(queueNames.filter((queue) => settings.services[queue].spot));
    for (const [id, { Properties }] of Object.entries(resources(workers, 'AWS::ECS::Service'))) {
      const queue = queueNames.find((it) => id.startsWith(it.replaceAll('-', '')));
      const providers = Properties['CapacityProviderStrategy'] as {
        CapacityProvider: string;
        Base?: number;
      }[];
      expect(providers, id).toMatchObject(
        queue && spot.has(queue)
          ? [
              { CapacityProvider: 'FARGATE', Base: settings.services[queue].minTasks, Weight: 0 },
              { CapacityProvider: 'FARGATE_SPOT', Weight: 1 },
            ]
          : [{ CapacityProvider: 'FARGATE', Weight: 1 }],
      );
    }
    expect(spot).toContain('session-creation');
    expect(spot).not.toContain('maintenance');
  });

  test.each(queueNames)('%s scales on its backlog per task, also from none', (queue) => {
    const target = targetBacklogPerTask(queues[queue].concurrency, settings.services[queue]);
    const policies = Object.values(resources(workers, 'AWS::ApplicationAutoScaling::ScalingPolicy'));
    const tracking = policies.filter(
      (it) => it.Properties['PolicyType'] === 'TargetTrackingScaling' && text(it).includes(`"${queue}"`),
    );

    expect(tracking).toHaveLength(1);
    expect(tracking[0]?.Properties['TargetTrackingScalingPolicyConfiguration']).toMatchObject({
      TargetValue: 1,
      ScaleOutCooldown: scalingPolicy.outCooldownSeconds,
      ScaleInCooldown: scalingPolicy.inCooldownSeconds,
      CustomizedMetricSpecification: {
        Metrics: [
          { Id: 'length', ReturnData: false },
          { Id: 'workers', ReturnData: false },
          { Id: 'busy', ReturnData: false },
          { Expression: loadExpression(queues[queue].concurrency, target), ReturnData: true },
        ],
      },
    });
    workers.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: target * scalingPolicy.surge.steps[0].fromTargets,
      EvaluationPeriods: scalingPolicy.surge.periods,
      TreatMissingData: 'ignore',
    });
  });

  test('a task may do what the code does, and nothing more', () => {
    const statements = Object.entries(resources(workers, 'AWS::IAM::Policy')).flatMap(([id, policy]) =>
      statementsOf(policy).map((it) => ({
        ...it,
        role: id.includes('ExecutionRole') ? 'execution' : 'task',
      })),
    );
    const actions = (role: string) =>
      [...new Set(statements.filter((it) => it.role === role).flatMap((it) => it.Action))].sort();

    // A stage that names no topic publishes to none.
    const calls = callsOf('workers').filter((it) => it !== 'sns:Publish');
    expect(actions('task')).toEqual([...calls, ...callsOfTheDaemon].sort());
    expect(actions('execution')).toEqual([
      'ecr:BatchCheckLayerAvailability',
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'kms:Decrypt',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
    ]);
    const everywhere = statements.filter((it) => it.Resource === '*').flatMap((it) => it.Action);
    expect([...new Set(everywhere)].sort()).toEqual([
      'cloudwatch:PutMetricData',
      'ecr:GetAuthorizationToken',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    expect(statements.find((it) => it.Action.includes('cloudwatch:PutMetricData'))?.Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'GameMetrics' },
    });
  });
});

describe('a stage that names topics', () => {
  const arn = (name: string) => `arn:aws:sns:us-east-1:123456789012:${name}`;
  const topics = [arn('events.fifo'), arn('duel')];
  const events = {
    ...production.settings.events,
    topicArn: topics[0],
    configurationTopicArns: [arn('duel')],
  };
  const stage = synthesiseStage(stageSettings.parse({ ...production.settings, events }));

  test('lets maintenance publish to exactly those, and nobody else', () => {
    const publishing = Object.entries(resources(stage.workers, 'AWS::IAM::Policy')).flatMap(([id, policy]) =>
      statementsOf(policy)
        .filter((it) => it.Action.some((action) => action.startsWith('sns:')))
        .map((it) => ({ id, ...it })),
    );

    expect(callsOf('workers')).toContain('sns:Publish');
    expect(publishing).toMatchObject([
      { id: expect.stringMatching(/^maintenance/), Action: ['sns:Publish'], Resource: topics },
    ]);
  });

  test('tells its workers the topic, and gives the network a way to SNS', () => {
    for (const [worker] of tasks(stage).values())
      expect(workerEnvironment.parse({ ...environmentOf(worker), ...secrets })).toMatchObject({
        EVENT_TOPIC_ARN: topics[0],
        EVENT_RETENTION_MIB: events.retentionMib,
      });
    stage.data.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: Match.stringLikeRegexp('sns'),
      VpcEndpointType: 'Interface',
    });
    expect(text(production.data.toJSON())).not.toContain('.sns');
  });
});

/** What the X-Ray daemon beside each worker calls. */
const callsOfTheDaemon = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
/** Where IAM calls a service otherwise than its SDK package, and one action by the name of another. */
const inIam: Readonly<Record<string, string>> = {
  'secrets-manager': 'secretsmanager',
  'cloudwatch-logs': 'logs',
  'cognito-identity-provider': 'cognito-idp',
  'sns:PublishBatch': 'sns:Publish',
};

/** The IAM action behind every call to AWS in a folder's code: each SDK command it imports, and the ECS agent's. */
function callsOf(folder: string): string[] {
  const root = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
  const sources = globSync('**/*.ts', { cwd: root }).map((file) => readFileSync(`${root}/${file}`, 'utf8'));
  const commands = sources
    .flatMap((source) => [...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z-]+)'/g)])
    .flatMap(([, names = '', client = '']) =>
      [...names.matchAll(/(\w+)Command\b/g)].map(([, name]) => `${inIam[client] ?? client}:${name}`),
    );
  const ofAgent = sources.some((source) => source.includes('/task-protection/v1/state'))
    ? ['ecs:UpdateTaskProtection']
    : [];
  return [...new Set([...commands.map((it) => inIam[it] ?? it), ...ofAgent])];
}

function statementsOf(policy: Resource) {
  const document = policy.Properties['PolicyDocument'] as {
    Statement: { Action: string | string[]; Resource: unknown; Condition?: unknown }[];
  };
  return document.Statement.map((it) => ({ ...it, Action: [it.Action].flat() }));
}
