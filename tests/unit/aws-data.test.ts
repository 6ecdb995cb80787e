import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { passwordFlow, playerClient, playerPool } from '../../infra/player-pool.ts';
import { type Resource, resources, synthesise, text } from '../support/aws-templates.ts';

const { dev, production } = synthesise();
const stages = [dev, production];

describe.each(stages.map((stage) => [stage.settings.name, stage] as const))(
  'the data stack of %s',
  (_name, { data, settings }) => {
    test('game-session-cache answers on 6379 and evicts the least recently used session', () => {
      data.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
        ReplicationGroupId: 'game-session-cache',
        Engine: 'valkey',
        Port: 6379,
        CacheNodeType: settings.sessionCache.nodeType,
        NumCacheClusters: settings.sessionCache.replicas + 1,
        AutomaticFailoverEnabled: settings.sessionCache.replicas > 0,
        MultiAZEnabled: settings.sessionCache.replicas > 0,
        CacheParameterGroupName: { Ref: Match.stringLikeRegexp('^SessionCacheParameters') },
        TransitEncryptionEnabled: true,
        AtRestEncryptionEnabled: true,
      });
      data.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
        CacheParameterGroupFamily: 'valkey9',
        Properties: { 'maxmemory-policy': 'volatile-lru' },
      });
    });

    test('the queue cluster never evicts, runs in cluster mode and is as durable as the stage says', () => {
      data.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
        ReplicationGroupId: Match.absent(),
        Engine: 'valkey',
        EngineVersion: '9.0',
        Port: 6379,
        ClusterMode: 'enabled',
        NumNodeGroups: 1,
        AutomaticFailoverEnabled: true,
        MultiAZEnabled: settings.queueCluster.replicas > 0,
        ReplicasPerNodeGroup: settings.queueCluster.replicas,
        Durability: settings.queueCluster.durability,
        CacheParameterGroupName: { Ref: Match.stringLikeRegexp('^QueueClusterParameters') },
        TransitEncryptionEnabled: true,
        AtRestEncryptionEnabled: true,
        UserGroupIds: Match.anyValue(),
        KmsKeyId: Match.anyValue(),
      });
      data.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
        Properties: {
          'maxmemory-policy': 'noeviction',
          'cluster-enabled': 'yes',
        },
      });
    });

    test('users of the queue cluster reach the keys of their domain and no dangerous command', () => {
      const users = Object.values(resources(data, 'AWS::ElastiCache::User'));
      const queueUsers = users.filter((it) => text(it).includes('{main.matchmaking}'));

      expect(users.map((it) => it.Properties['UserName']).sort()).toEqual([
        'operators',
        'producers',
        'workers',
        'workers',
      ]);
      expect(queueUsers).toHaveLength(3);
      for (const { Properties } of users) {
        expect(Properties['Engine']).toBe('valkey');
        expect(Properties['AccessString']).toMatch(/ resetchannels -@all .*\+info/);
        expect(Properties['AccessString']).not.toMatch(/~\* |allkeys|allcommands|\+@all|nopass/);
        expect(text(Properties['AuthenticationMode'])).toContain('{{resolve:secretsmanager:');
      }
    });

    test('DocumentDB speaks TLS only, logs who did what and what was slow, and changes its password', () => {
      data.hasResourceProperties('AWS::DocDB::DBCluster', {
        EngineVersion: settings.documentdb.engineVersion,
        StorageEncrypted: true,
        EnableCloudwatchLogsExports: ['audit', 'profiler'],
        DeletionProtection: settings.removal === 'retain',
        BackupRetentionPeriod: settings.documentdb.backupDays,
        DBClusterParameterGroupName: { Ref: Match.stringLikeRegexp('^DocumentDbParameters') },
      });
      data.hasResourceProperties('AWS::DocDB::DBClusterParameterGroup', {
        Family: 'docdb5.0',
        Parameters: Match.objectLike({ tls: 'enabled', audit_logs: 'enabled', profiler: 'enabled' }),
      });
      data.resourceCountIs('AWS::DocDB::DBInstance', settings.documentdb.instances);
      data.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
        RotationRules: { ScheduleExpression: 'rate(30 days)' },
      });
    });

    test('the user pool is that of infra/player-pool.ts, and nothing but the choices of a stage is added', () => {
      const [pool] = Object.values(resources(data, 'AWS::Cognito::UserPool'));
      const [client] = Object.values(resources(data, 'AWS::Cognito::UserPoolClient'));
      const { mfa, selfSignUp, passwordFlow: allowed } = settings.players;

      expect(pool?.Properties).toEqual({
        ...playerPool,
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: !selfSignUp },
        MfaConfiguration: mfa.toUpperCase(),
        EnabledMfas: ['SOFTWARE_TOKEN_MFA'],
        DeletionProtection: settings.removal === 'retain' ? 'ACTIVE' : 'INACTIVE',
        UserPoolTags: { fleet: 'matchmaking', stage: settings.name },
      });
      expect(client?.Properties).toEqual({
        ...playerClient,
        ExplicitAuthFlows: [...playerClient.ExplicitAuthFlows, ...(allowed ? [passwordFlow] : [])],
        UserPoolId: expect.anything(),
      });
    });

    test('a player registers with an e-mail address as user name and proves the password by SRP', () => {
      data.hasResourceProperties('AWS::Cognito::UserPool', {
        UsernameAttributes: ['email'],
        // With it Cognito refuses to register a user name that is an address.
        AliasAttributes: Match.absent(),
        UsernameConfiguration: { CaseSensitive: false },
        AutoVerifiedAttributes: ['email'],
        Policies: { PasswordPolicy: Match.objectLike({ MinimumLength: 12, RequireSymbols: true }) },
      });
      data.hasResourceProperties('AWS::Cognito::UserPoolClient', {
        AllowedOAuthFlowsUserPoolClient: false,
        AllowedOAuthFlows: Match.absent(),
        ExplicitAuthFlows: Match.arrayWith(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']),
        PreventUserExistenceErrors: 'ENABLED',
        EnableTokenRevocation: true,
        // A public client: producers/identity sends no secret hash.
        GenerateSecret: false,
      });
    });

    test('the network has no way out, and a store is reached by one rule a caller', () => {
      data.resourceCountIs('AWS::EC2::InternetGateway', 0);
      data.resourceCountIs('AWS::EC2::NatGateway', 0);
      const services = Object.values(resources(data, 'AWS::EC2::VPCEndpoint')).map((it) =>
        text(it.Properties['ServiceName']),
      );
      for (const service of ['ecr.api', 'ecr.dkr', 'logs', 'monitoring', 'xray', 'secretsmanager', 's3'])
        expect(services.some((name) => name.includes(`.${service}`))).toBe(true);
      const doors = Object.values(resources(data, 'AWS::EC2::SecurityGroupIngress'));
      expect(doors.every((it) => it.Properties['SourceSecurityGroupId'] !== undefined)).toBe(true);
      const why = doors.map((it) => String(it.Properties['Description'])).sort();
      expect(why.filter((it) => !it.startsWith('from '))).toEqual([
        'producers add jobs',
        'producers read their secret',
        'rotation stores the new password',
        'workers cache sessions',
        'workers keep records',
        'workers log, measure and read their secrets',
        'workers take jobs',
      ]);
      expect(why.filter((it) => it.startsWith('from ') && !it.includes('NetworkRotation'))).toEqual([]);
    });

    test('everything kept is encrypted with the key of the stage, which is rotated', () => {
      data.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
      for (const type of ['AWS::SecretsManager::Secret', 'AWS::DocDB::DBCluster', 'AWS::Logs::LogGroup'])
        for (const [id, { Properties }] of Object.entries(resources(data, type)))
          expect(text(Properties['KmsKeyId']), id).toContain('EncryptionKey');
    });
  },
);

test('production keeps what it holds when a stack is deleted; dev throws it away', () => {
  const policyOf = (stage: typeof dev) =>
    Object.values(resources(stage.data, 'AWS::DocDB::DBCluster')).map((it) => it.DeletionPolicy);

  expect(policyOf(production)).toEqual(['Retain']);
  expect(policyOf(dev)).toEqual(['Delete']);
  expect(production.stacks.data.terminationProtection).toBe(true);
  expect(dev.settings.sessionCache.nodeType).toBe('cache.t3.micro');
});

test('production survives a zone without losing what it acknowledged', () => {
  production.data.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
    ClusterMode: 'enabled',
    Durability: 'sync',
    ReplicasPerNodeGroup: 1,
    MultiAZEnabled: true,
  });
  production.data.hasResourceProperties('AWS::ElastiCache::ReplicationGroup', {
    ReplicationGroupId: 'game-session-cache',
    NumCacheClusters: 2,
    MultiAZEnabled: true,
  });
  production.data.resourceCountIs('AWS::DocDB::DBInstance', 3);
});

test('the login of a record that is kept is kept with it', () => {
  const policyOf = (stage: typeof dev) =>
    Object.entries(resources(stage.data, 'AWS::SecretsManager::Secret'))
      .filter(([id]) => id.startsWith('DocumentDbLogin'))
      .map(([, it]) => it.DeletionPolicy);

  expect(policyOf(production)).toEqual(['Retain']);
  expect(policyOf(dev)).toEqual(['Delete']);
});

/** Names that CloudFormation makes nobody invent: without them there is no such resource. */
const needed = [
  'AWS::IAM::Policy.PolicyName',
  'AWS::ApplicationAutoScaling::ScalingPolicy.PolicyName',
  'AWS::EC2::VPCEndpoint.ServiceName',
  'AWS::ElastiCache::User.UserId',
  'AWS::ElastiCache::User.UserName',
  'AWS::ElastiCache::UserGroup.UserGroupId',
  'AWS::CloudWatch::Alarm.MetricName',
];
/** What the CDK ends the names with that it makes up, stage by stage. */
const madeUp = /[0-9A-F]{8}$/;

test('nothing is named by hand but what is found by its name from outside', () => {
  const named = stages
    .flatMap((stage) => [stage.data, stage.workers, stage.watch])
    .flatMap((template) => Object.values(template.toJSON()['Resources'] as Record<string, Resource>))
    .flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(
          ([key, value]) =>
            /(Name|Identifier|GroupId|UserId)$/.test(key) && typeof value === 'string' && !madeUp.test(value),
        )
        .filter(([key]) => !needed.includes(`${Type}.${key}`))
        .map(([, value]) =>
          String(value).replace(/^.*fleet-(dev|production)-record.*$/, 'fleet-STAGE-record'),
        ),
    );

  // The record's log groups bear its name, and have the stage's key only if they are there before it is.
  expect([...new Set(named)].sort()).toEqual([
    'alerts',
    'fleet-STAGE-record',
    'game-session-cache',
    'session-latency',
  ]);
});
