import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { production } from '../../infra/aws/stages.ts';
import { queueNames } from '../../jobs/contract.ts';
import { resources, synthesiseStage, text } from '../support/aws-templates.ts';

type Stage = Omit<ReturnType<typeof synthesiseStage>, 'api'>;

/** Production with something set otherwise, as an operator would write it. */
const changed = (change: Partial<StageSettings>): Stage =>
  synthesiseStage(stageSettings.parse({ ...production, ...change }));

const withSpot = (spot: boolean) =>
  Object.fromEntries(
    queueNames.map((queue) => [queue, { ...production.services[queue], spot }]),
  ) as StageSettings['services'];

const queueCluster = { Engine: 'valkey', ReplicationGroupId: Match.absent() };
const onSpot = Match.arrayWith([Match.objectLike({ CapacityProvider: 'FARGATE_SPOT' })]);

const mail = {
  from: 'The Game <codes@example.com>',
  identityArn: 'arn:aws:ses:us-east-1:123456789012:identity/example.com',
  configurationSet: 'codes',
};

/**
 * Two changed stages between them take every value below, so that what is tested is synthesised twice and not
 * ten times.
 */
const one = changed({
  queueCluster: { ...production.queueCluster, durability: 'async', snapshotName: 'before-the-fire' },
  documentdb: { ...production.documentdb, engineVersion: '8.0.0', restoredEndpoint: 'restored.example.com' },
  players: { ...production.players, mfa: 'required', userNames: 'chosen', mail },
  services: withSpot(true),
  metrics: { configurations: ['duel'], players: ['p1', 'p2'], readFrom: ['10.99.0.0/16'] },
  logLevel: 'debug',
  traces: 'otlp',
  alarms: { ...production.alarms, stores: { ...production.alarms.stores, queueMemoryPercent: 55 } },
  alertEmail: 'oncall@example.com',
  monthlyBudgetUsd: 1_234,
});
const other = changed({
  queueCluster: { ...production.queueCluster, durability: 'disabled' },
  players: { ...production.players, mfa: 'off' },
  services: withSpot(false),
  alertEmail: undefined,
  monthlyBudgetUsd: undefined,
});

test('a password that changes works beside the one before, and stands alone in the URL, which changes last', () => {
  const passwords = { ...production.passwords, producers: 3 };
  const { data } = changed({ passwords });
  const ofProducers = Object.values(resources(data, 'AWS::ElastiCache::User')).find(
    (it) => it.Properties['UserName'] === 'producers',
  );
  const [url] = Object.values(resources(data, 'AWS::SecretsManager::Secret')).filter((it) =>
    text(it.Properties).includes('rediss://producers:'),
  );

  expect(text(ofProducers?.Properties['AuthenticationMode'])).toMatch(
    /ProducersPassword3.*ProducersPassword2/,
  );
  expect(text(url?.Properties)).toContain('ProducersPassword3');
  expect(text(url?.Properties)).not.toContain('ProducersPassword2');
  expect(text((url as { DependsOn?: unknown }).DependsOn)).toContain('QueueClusterProducersUser');
  for (const it of Object.values(resources(data, 'AWS::ElastiCache::User')))
    if (it !== ofProducers) expect(text(it.Properties['AuthenticationMode'])).not.toContain('Password2');
});

describe('what an operator sets otherwise than both stages do reaches its resource', () => {
  test.each<[string, Stage, keyof Stage, string, object]>([
    [
      'durability async',
      one,
      'data',
      'AWS::ElastiCache::ReplicationGroup',
      { ...queueCluster, Durability: 'async' },
    ],
    [
      'durability disabled',
      other,
      'data',
      'AWS::ElastiCache::ReplicationGroup',
      { ...queueCluster, Durability: 'disabled' },
    ],
    ['DocumentDB 8.0.0', one, 'data', 'AWS::DocDB::DBCluster', { EngineVersion: '8.0.0' }],
    [
      'DocumentDB 8.0.0, its parameters',
      one,
      'data',
      'AWS::DocDB::DBClusterParameterGroup',
      { Family: 'docdb8.0' },
    ],
    [
      'a second factor required',
      one,
      'data',
      'AWS::Cognito::UserPool',
      { MfaConfiguration: 'ON', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] },
    ],
    [
      'user names that players choose, with the address as another way to sign in',
      one,
      'data',
      'AWS::Cognito::UserPool',
      { AliasAttributes: ['email'], UsernameAttributes: Match.absent() },
    ],
    [
      'mail by SES',
      one,
      'data',
      'AWS::Cognito::UserPool',
      {
        EmailConfiguration: {
          EmailSendingAccount: 'DEVELOPER',
          From: mail.from,
          SourceArn: mail.identityArn,
          ConfigurationSet: 'codes',
        },
      },
    ],
    [
      'no second factor',
      other,
      'data',
      'AWS::Cognito::UserPool',
      { MfaConfiguration: 'OFF', EnabledMfas: Match.absent() },
    ],
    [
      'an address for alarms',
      one,
      'watch',
      'AWS::SNS::Subscription',
      { Protocol: 'email', Endpoint: 'oncall@example.com', TopicArn: Match.anyValue() },
    ],
    [
      'a budget',
      one,
      'watch',
      'AWS::Budgets::Budget',
      { Budget: Match.objectLike({ BudgetLimit: { Amount: 1_234, Unit: 'USD' }, TimeUnit: 'MONTHLY' }) },
    ],
  ])('%s', (_what, stage, stack, type, properties) => {
    stage[stack].hasResourceProperties(type, properties);
  });

  test.each<[string, Stage, keyof Stage, string]>([
    ['no address for alarms', other, 'watch', 'AWS::SNS::Subscription'],
    ['no budget', other, 'watch', 'AWS::Budgets::Budget'],
  ])('%s leaves nothing of it behind', (_what, stage, stack, type) => {
    expect(resources(stage[stack], type)).toEqual({});
  });

  test('a Prometheus reaches the metrics of every task, from its own network alone', () => {
    const host = Match.objectLike({ Name: 'HEALTH_HOST', Value: '0.0.0.0' });
    const tasks = (stage: Stage) =>
      Object.values(resources(stage.workers, 'AWS::ECS::TaskDefinition')).filter((it) =>
        JSON.stringify(it).includes('HEALTH_PORT'),
      );
    one.data.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Tasks of the fleet',
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '10.99.0.0/16', FromPort: 8080, ToPort: 8080 })],
    });
    one.workers.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: Match.arrayWith([Match.objectLike({ Environment: Match.arrayWith([host]) })]),
    });
    expect(tasks(one).every((it) => JSON.stringify(it).includes('HEALTH_HOST'))).toBe(true);
    expect(tasks(other).some((it) => JSON.stringify(it).includes('HEALTH_HOST'))).toBe(false);
    expect(JSON.stringify(other.data.toJSON())).not.toContain('Prometheus reads metrics');
  });

  test('metrics of their own, and the log level', () => {
    const variables = [
      { Name: 'METRIC_CONFIGURATIONS', Value: 'duel' },
      { Name: 'METRIC_PLAYERS', Value: 'p1,p2' },
      { Name: 'LOG_LEVEL', Value: 'debug' },
    ];
    one.workers.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: Match.arrayWith([Match.objectLike({ Environment: Match.arrayWith(variables) })]),
    });
  });

  test('traces by OpenTelemetry: the worker knows its collector, which sends them to X-Ray', () => {
    const collector = {
      Environment: [
        { Name: 'AOT_CONFIG_CONTENT', Value: Match.stringLikeRegexp('otlp.*127.0.0.1:4318.*awsxray') },
      ],
      PortMappings: [{ ContainerPort: 4318, Protocol: 'tcp' }],
      Essential: false,
    };
    const worker = {
      Environment: Match.arrayWith([{ Name: 'OTLP_TRACES_URL', Value: 'http://127.0.0.1:4318/v1/traces' }]),
    };

    one.workers.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike(worker), Match.objectLike(collector)],
    });
    expect(text(one.workers.toJSON())).not.toContain('AWS_XRAY_DAEMON_ADDRESS');
  });

  test('what was restored: the queues from their snapshot, the record at its endpoint', () => {
    one.data.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      ...queueCluster,
      SnapshotName: 'before-the-fire',
    });
    other.data.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
      ...queueCluster,
      SnapshotName: Match.absent(),
    });
    one.workers.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: Match.arrayWith([
        Match.objectLike({
          Environment: Match.arrayWith([
            {
              Name: 'DOCUMENTDB_URI',
              Value: Match.stringLikeRegexp('^mongodb://restored\\.example\\.com:27017/\\?.*tls=true'),
            },
          ]),
        }),
      ]),
    });
  });

  test('a limit of a store', () => {
    one.watch.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmDescription: Match.stringLikeRegexp('^The queue cluster is 55 % full'),
      Threshold: 55,
    });
  });

  test('Spot is taken by every service or by none', () => {
    one.workers.allResourcesProperties('AWS::ECS::Service', { CapacityProviderStrategy: onSpot });
    other.workers.allResourcesProperties('AWS::ECS::Service', {
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
    });
  });
});
