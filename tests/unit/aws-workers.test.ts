import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../infra/aws/settings.ts';
import {
  backlogExpression,
  loadExpression,
  scalingPolicy,
  targetBacklogPerTask,
} from '../../infra/aws/workers/scaling-policy.ts';
import { catalogue, queues } from '../../jobs/catalogue.ts';
import { queueNames } from '../../jobs/contract.ts';
import { workerEnvironment } from '../../workers/process/config.ts';
import { account, environmentOf, tasks } from '../support/aws-tasks.ts';
import { resources, stageWithTopics, synthesise, synthesiseStage, text } from '../support/aws-templates.ts';

const { dev, production } = synthesise();

const secrets: Readonly<Record<string, string>> = {
  QUEUE_REDIS_URL: 'rediss://workers:secret@queue:6379/?cluster=true',
  CACHE_REDIS_URL: 'rediss://workers:secret@cache:6379',
  DOCUMENTDB_USERNAME: 'fleet',
  DOCUMENTDB_PASSWORD: 'p@ss/word',
  API_KEYS_SECRET: 'x'.repeat(64),
  OPERATOR_KEY: 'x'.repeat(43),
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
      expect(parsed).toMatchObject({
        QUEUES: [queue],
        ENVIRONMENT: settings.name,
        DOMAIN: settings.domain,
        AWS_ACCOUNT_ID: account,
        PLACEMENT_HOSTS: settings.placementHosts,
        METRIC_CONFIGURATIONS: settings.metrics.configurations,
        METRIC_PLAYERS: settings.metrics.players,
        LOG_LEVEL: settings.logLevel,
      });
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
      Command: ['workers/process/main.ts'],
      User: '65532',
      ReadonlyRootFilesystem: true,
      Essential: true,
    });
    expect(worker?.HealthCheck?.Command.join(' ')).toContain('/healthz');
    expect(daemon).toMatchObject({
      Name: 'xray',
      User: '65532',
      Essential: false,
      ReadonlyRootFilesystem: true,
    });
    expect(environmentOf(worker)['AWS_XRAY_DAEMON_ADDRESS']).toBe('127.0.0.1:2000');
  });

  test('services are made after their capacity providers and deleted before them', () => {
    const [association] = Object.keys(resources(workers, 'AWS::ECS::ClusterCapacityProviderAssociations'));

    workers.allResources('AWS::ECS::Service', { DependsOn: Match.arrayWith([association]) });
    workers.hasResourceProperties('AWS::ECS::ClusterCapacityProviderAssociations', {
      CapacityProviders: ['FARGATE', 'FARGATE_SPOT'],
    });
  });

  const secretOf = (name: string, output: string) => ({
    Name: name,
    ValueFrom: {
      'Fn::GetStackOutput': Match.objectLike({ OutputName: Match.stringLikeRegexp(output) }),
    },
  });
  test('operators have a task of their own: the command line, with their URL and no call to AWS', () => {
    workers.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [
        Match.objectLike({
          Name: 'operator',
          Command: ['producers/cli/main.ts', 'queue', 'list'],
          User: '65532',
          ReadonlyRootFilesystem: true,
          Environment: [{ Name: 'DOMAIN', Value: settings.domain }],
          Secrets: [
            secretOf('QUEUE_REDIS_URL', 'QueueClusterOperatorsUrl'),
            secretOf('OPERATOR_KEY', 'OperatorKey'),
          ],
        }),
      ],
    });
    const ofItsRole = Object.keys(resources(workers, 'AWS::IAM::Policy')).filter(
      (id) => id.startsWith('operator') && !id.includes('ExecutionRole'),
    );
    expect(ofItsRole).toEqual([]);
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
          { Id: 'active', ReturnData: false },
          { Expression: loadExpression(queues[queue].concurrency, target), ReturnData: true },
        ],
      },
    });
    workers.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Metrics: Match.arrayWith([Match.objectLike({ Expression: backlogExpression(target) })]),
      Threshold: target * scalingPolicy.surge.steps[0].fromTargets,
      EvaluationPeriods: scalingPolicy.surge.periods,
      TreatMissingData: 'ignore',
    });
  });
});

describe('a stage that names hosts to place matches', () => {
  const placementHosts = ['place.example.com', 'place.example.org'];
  const stage = synthesiseStage(stageSettings.parse({ ...production.settings, placementHosts }));

  test('tells its workers the hosts and the key to sign with, which no other stage has', () => {
    for (const [worker] of tasks(stage).values()) {
      expect(workerEnvironment.parse({ ...environmentOf(worker), ...secrets }).PLACEMENT_HOSTS).toEqual(
        placementHosts,
      );
      expect(worker?.Secrets?.map((it) => it.Name)).toContain('PLACEMENT_SECRET');
    }
    stage.data.hasOutput('PlacementKeySecret', {});
    expect(text(production.data.toJSON())).not.toContain('PlacementKey');
  });

  test.each(['https://place.example.com', 'place.example.com:8443', 'Place.example.com', ''])(
    'refuses "%s", which is not the name of a host reached on 443',
    (host) => {
      const settings = { ...production.settings, placementHosts: [host] };
      expect(stageSettings.safeParse(settings).error?.issues[0]?.path).toEqual(['placementHosts', 0]);
    },
  );
});

test('workers log in as a user of their own; only the task that makes that user has the login of the master', () => {
  const secretsOf = (container: { Secrets?: readonly { Name: string; ValueFrom: unknown }[] } | undefined) =>
    Object.fromEntries(container?.Secrets?.map((it) => [it.Name, text(it.ValueFrom)]) ?? []);
  const definitions = Object.entries(resources(production.workers, 'AWS::ECS::TaskDefinition'));
  const withMaster = definitions.filter(([, it]) => /DocumentDbLogin/.test(text(it.Properties)));

  for (const [worker] of tasks(production).values())
    expect(secretsOf(worker)['DOCUMENTDB_PASSWORD']).toMatch(/DocumentDbTaskLogin.*:password/);
  expect(withMaster.map(([id]) => id)).toEqual([expect.stringMatching(/^login/)]);
  const [made] = Object.values(resources(production.workers, 'Custom::TaskLogin'));
  expect(text(made?.Properties['Create'])).toContain('runTask');
  expect(text(made?.Properties['Update'])).toMatch(/runTask.*"Ref":"loginDefinition/);
});

describe('a stage that names topics', () => {
  const { topics, events, ...stage } = stageWithTopics();

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
