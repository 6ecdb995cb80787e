import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../infra/aws/settings.ts';
import { production } from '../../infra/aws/stages.ts';
import { reachOf } from '../support/aws-reach.ts';
import { apiSettings, resources, synthesiseStage, text } from '../support/aws-templates.ts';

const theirGroup = 'sg-0123456789abcdef0';
const peered = '10.99.0.0/16';
const partner = 'arn:aws:iam::210987654321:root';
const api = { ...apiSettings, clientCidrs: [peered], endpointService: { allowedPrincipals: [partner] } };
const producers = { securityGroupIds: [theirGroup], cidrs: [peered] };
const routes = [{ cidr: peered, by: 'pcx-0123456789abcdef0' }];
const subnets = (from: number) =>
  production.availabilityZones.map((_zone, at) => ({
    id: `subnet-0${from + at}`,
    routeTableId: `rtb-0${from + at}`,
  }));
const existing = (endpoints: 'make' | 'there') =>
  synthesiseStage(
    stageSettings.parse({
      ...{ ...production, api, producers },
      existingVpc: { vpcId: 'vpc-01', taskSubnets: subnets(1), storeSubnets: subnets(5), endpoints },
    }),
  );

const made = synthesiseStage(
  stageSettings.parse({ ...production, api, producers: { ...producers, routes } }),
);
const joined = existing('make');
const sharing = existing('there');

const only = (template: Template | undefined, type: string) =>
  (template ? Object.values(resources(template, type)) : []).map((it) => it.Properties);

describe.each([
  ['a VPC that the stage makes', made],
  ['a VPC that is there', joined],
] as const)('%s', (_what, stage) => {
  const { data } = stage;
  const walk = reachOf([data, stage.api!]);
  const [queue, cache, record] = ['QueueCluster', 'SessionCache', 'DocumentDb'].map((it) =>
    walk.group(`Network${it}`),
  ) as [string, string, string];
  const [door, ours, workers] = ['Endpoints', 'Producers', 'Workers'].map((it) =>
    walk.group(`Network${it}`),
  ) as [string, string, string];
  const [front, tasks, link] = ['Front', 'Tasks', 'EndpointServiceLink'].map(walk.group) as [
    string,
    string,
    string,
  ];

  test('a producer in our group, one in a group of its own and a peered one reach the queue cluster and the HTTP API', () => {
    for (const from of [ours, theirGroup, peered]) {
      expect(walk.reaches(from, queue, 6379), from).toBe(true);
      expect(walk.reaches(from, front, 443), from).toBe(true);
    }
  });

  test('a producer in this VPC reads its secret through the endpoint', () => {
    for (const from of [ours, theirGroup]) expect(walk.reaches(from, door, 443), from).toBe(true);
  });

  test('what a peered producer asked for finds its way back from every subnet', () => {
    const ways = walk.waysBack(peered);

    // Of a VPC that is there the routes are its owner's.
    expect(ways).toHaveLength(stage === made ? 2 * production.availabilityZones.length : 0);
    for (const way of ways) expect(way).toBe(routes[0]?.by);
  });

  test('another VPC reaches the API by an endpoint that an allowed principal asks for and we accept, and by nothing else', () => {
    const [service, ...more] = only(stage.api, 'AWS::EC2::VPCEndpointService');
    const balancers = only(stage.api, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    const network = balancers.find((it) => it['Type'] === 'network');
    const targets = only(stage.api, 'AWS::ElasticLoadBalancingV2::TargetGroup');

    expect(more).toEqual([]);
    expect(service).toMatchObject({ AcceptanceRequired: true });
    expect(only(stage.api, 'AWS::EC2::VPCEndpointServicePermissions')).toMatchObject([
      { AllowedPrincipals: [partner] },
    ]);
    expect(network).toMatchObject({
      Scheme: 'internal',
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    });
    expect(text(network?.['SecurityGroups'])).toContain(link);
    expect(walk.rulesIn.filter((it) => it.to === link)).toEqual([]);
    expect(targets.find((it) => it['TargetType'] === 'alb')).toMatchObject({ Port: 443, Protocol: 'TCP' });
    expect(walk.reaches(link, front, 443)).toBe(true);
    expect(Object.keys(stage.api?.toJSON()['Outputs'] ?? {})).toEqual(
      expect.arrayContaining(['Address', 'EndpointServiceName', 'EndpointServiceId']),
    );
  });

  test('a task of the API is reached by its load balancer alone, and reaches the queue cluster and no other store', () => {
    for (const port of [8_000, 8_080]) expect(walk.reaches(front, tasks, port)).toBe(true);
    expect([...new Set(walk.rulesIn.filter((it) => it.to === tasks).map((it) => it.from))]).toEqual([front]);
    expect(walk.reaches(tasks, queue, 6379)).toBe(true);
    expect(walk.reaches(tasks, door, 443)).toBe(true);
    expect(walk.reaches(tasks, cache, 6379)).toBe(false);
    expect(walk.reaches(tasks, record, 27017)).toBe(false);
  });

  test('nobody who only adds jobs reaches the record or the session cache', () => {
    for (const from of [ours, theirGroup, peered, link]) {
      expect(walk.reaches(from, record, 27017)).toBe(false);
      expect(walk.reaches(from, cache, 6379)).toBe(false);
    }
  });

  test('the role of an upstream service that attaches the policy may read that secret and nothing else', () => {
    const [policy] = only(data, 'AWS::IAM::ManagedPolicy');
    const document = policy?.['PolicyDocument'] as { Statement: Record<string, unknown>[] } | undefined;
    const Statement = document?.Statement ?? [];

    expect(Statement.map((it) => it['Action'])).toEqual(['secretsmanager:GetSecretValue', 'kms:Decrypt']);
    expect(text(Statement[0]?.['Resource'])).toContain('QueueClusterProducersUrl');
    expect(text(Statement[1])).toMatch(/EncryptionKey.*kms:ViaService|kms:ViaService.*EncryptionKey/);
  });

  test('no policy of that secret or of its key stands against the role', () => {
    const [key] = only(data, 'AWS::KMS::Key');
    const { Statement = [] } = (key?.['KeyPolicy'] ?? {}) as { Statement?: Record<string, unknown>[] };
    const [ofAccount] = Statement;
    const policies = only(data, 'AWS::SecretsManager::ResourcePolicy');

    expect(text(key)).not.toContain('"Deny"');
    expect(ofAccount).toMatchObject({ Effect: 'Allow', Action: 'kms:*' });
    expect(text(ofAccount?.['Principal'])).toContain(':root');
    expect(policies.filter((it) => text(it['SecretId']).includes('ProducersUrl'))).toEqual([]);
  });

  test('tasks reach their stores and services, and S3 by its addresses alone', () => {
    const outside = (group: string) =>
      walk.rulesOut.filter((it) => it.from === group && /^(pl-|\d)/.test(it.to ?? '')).map((it) => it.to);

    expect(walk.reaches(workers, queue, 6379)).toBe(true);
    expect(walk.reaches(workers, cache, 6379)).toBe(true);
    expect(walk.reaches(workers, record, 27017)).toBe(true);
    expect(walk.reaches(workers, door, 443)).toBe(true);
    for (const group of [workers, tasks]) expect(outside(group)).toEqual([production.s3PrefixList]);
  });

  test('every AWS service that a task, ECS for it, or a producer calls has its endpoint', () => {
    const services = only(data, 'AWS::EC2::VPCEndpoint').map((it) =>
      text(it['ServiceName']).replace(/^.*?us-east-1\.|"|^.*Region.*\.(s3).*$/g, '$1'),
    );

    expect(services.toSorted()).toEqual(
      ['ecr.api', 'ecr.dkr', 'logs', 'monitoring', 'xray', 'secretsmanager', 'cognito-idp', 's3'].toSorted(),
    );
  });

  test('an endpoint serves this account alone, and the one to S3 nothing but image layers', () => {
    const endpoints = only(data, 'AWS::EC2::VPCEndpoint');
    const [gateway, ...more] = endpoints.filter((it) => it['VpcEndpointType'] === 'Gateway');

    expect(more).toEqual([]);
    expect(text(gateway?.['PolicyDocument'])).toMatch(/"Action":"s3:GetObject".*starport-layer-bucket/);
    expect(endpoints.length).toBeGreaterThan(6);
    for (const endpoint of endpoints.filter((it) => it !== gateway))
      expect(text(endpoint['PolicyDocument'])).toMatch(
        text(endpoint['ServiceName']).includes('cognito-idp')
          ? /:cognito-idp:us-east-1:",\{"Ref":"AWS::AccountId"\},":userpool\/\*"/
          : /"aws:PrincipalAccount":\{"Ref":"AWS::AccountId"\}/,
      );
  });
});

test('in a VPC that has endpoints none is made, and tasks reach them by the addresses of the VPC', () => {
  const { data } = sharing;
  const walk = reachOf([data, sharing.api!]);

  expect(resources(data, 'AWS::EC2::VPCEndpoint')).toEqual({});
  expect(resources(data, 'AWS::EC2::VPC')).toEqual({});
  for (const group of ['NetworkWorkers', 'NetworkProducers', 'Tasks'].map(walk.group))
    expect(walk.rulesOut).toContainEqual({ from: group, to: production.cidr, port: 443 });
  sharing.workers.hasResourceProperties('AWS::ECS::Service', {
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets(1).map((it) => it.id) } },
  });
});

test('a stage that places matches may go out to their hosts', () => {
  const stage = synthesiseStage(
    stageSettings.parse({ ...production, placementHosts: ['place.example.com'] }),
  );
  const walk = reachOf([stage.data]);

  expect(walk.rulesOut).toContainEqual({ from: walk.group('NetworkWorkers'), to: '0.0.0.0/0', port: 443 });
});

test('subnets that do not match the zones are refused', () => {
  const existingVpc = {
    vpcId: 'vpc-01',
    taskSubnets: subnets(1),
    storeSubnets: subnets(5).slice(1),
    endpoints: 'make',
  };
  const refused = stageSettings.safeParse({ ...production, existingVpc });

  expect(refused.error?.issues.map((it) => it.path)).toEqual([['existingVpc', 'storeSubnets']]);
});

test('an existing VPC is given no routes, and an endpoint service no caller without an account', () => {
  const existingVpc = {
    vpcId: 'vpc-01',
    taskSubnets: subnets(1),
    storeSubnets: subnets(5),
    endpoints: 'make',
  };
  const anybody = { ...api, endpointService: { allowedPrincipals: ['*'] } };
  const refused = (change: object) =>
    stageSettings.safeParse({ ...production, ...change }).error?.issues.map((it) => it.path.join('.'));

  expect(refused({ existingVpc, producers: { routes } })).toEqual(['producers.routes']);
  expect(refused({ api: anybody })).toEqual(['api.endpointService.allowedPrincipals.0']);
});
