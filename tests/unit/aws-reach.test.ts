import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../infra/aws/settings.ts';
import { production } from '../../infra/aws/stages.ts';
import { resources, synthesiseStage, text } from '../support/aws-templates.ts';

const theirGroup = 'sg-0123456789abcdef0';
const peered = '10.99.0.0/16';
const producers = { securityGroupIds: [theirGroup], cidrs: [peered] };
const subnets = (from: number) =>
  production.availabilityZones.map((_zone, at) => ({
    id: `subnet-0${from + at}`,
    routeTableId: `rtb-0${from + at}`,
  }));
const existing = (endpoints: 'make' | 'there') =>
  synthesiseStage(
    stageSettings.parse({
      ...production,
      producers,
      existingVpc: { vpcId: 'vpc-01', taskSubnets: subnets(1), storeSubnets: subnets(5), endpoints },
    }),
  );

const made = synthesiseStage(stageSettings.parse({ ...production, producers }));
const joined = existing('make');
const sharing = existing('there');

/** Groups of the data stack by the name of their construct. */
const groupOf = (data: Template, name: string): string =>
  Object.keys(resources(data, 'AWS::EC2::SecurityGroup')).find((id) => id.startsWith(`Network${name}`)) ?? '';

interface Rule {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly port: number;
}

/** Every rule of every group, whether it stands in the group or is a resource of its own. */
function rules(data: Template): { readonly in: Rule[]; readonly out: Rule[] } {
  const named = (value: unknown): string | undefined =>
    value === undefined
      ? undefined
      : (/Network[A-Z][A-Za-z]+[0-9A-F]{8}/.exec(text(value))?.[0] ?? String(value));
  const groups = Object.entries(resources(data, 'AWS::EC2::SecurityGroup'));
  const inside = (key: string) =>
    groups.flatMap(([id, it]) =>
      ((it.Properties[key] ?? []) as Record<string, unknown>[]).map((rule) => ({ id, rule })),
    );
  const apart = (type: string) =>
    Object.values(resources(data, type)).map(({ Properties: rule }) => ({
      id: named(rule['GroupId']) ?? '',
      rule,
    }));
  const other = (rule: Record<string, unknown>) =>
    named(
      rule['SourceSecurityGroupId'] ??
        rule['DestinationSecurityGroupId'] ??
        rule['DestinationPrefixListId'] ??
        rule['CidrIp'],
    );
  return {
    in: [...inside('SecurityGroupIngress'), ...apart('AWS::EC2::SecurityGroupIngress')].map(
      ({ id, rule }) => ({ to: id, from: other(rule), port: Number(rule['FromPort']) }),
    ),
    out: [...inside('SecurityGroupEgress'), ...apart('AWS::EC2::SecurityGroupEgress')].map(
      ({ id, rule }) => ({
        from: id,
        to: other(rule),
        port: Number(rule['FromPort']),
      }),
    ),
  };
}

/** Whether a packet gets from one to the other: a group of ours needs a rule out, whoever they are a rule in. */
function reaches(data: Template, from: string, to: string, port: number): boolean {
  const all = rules(data);
  const out =
    !from.startsWith('Network') || all.out.some((it) => it.from === from && it.to === to && it.port === port);
  return out && all.in.some((it) => it.from === from && it.to === to && it.port === port);
}

describe.each([
  ['a VPC that the stage makes', made],
  ['a VPC that is there', joined],
] as const)('%s', (_what, { data }) => {
  const queue = groupOf(data, 'QueueCluster');
  const door = groupOf(data, 'Endpoints');
  const ours = groupOf(data, 'Producers');

  test('a producer in our group, one in a group of its own and a peered one reach the queue cluster', () => {
    for (const from of [ours, theirGroup, peered]) expect(reaches(data, from, queue, 6379), from).toBe(true);
  });

  test('a producer in this VPC reads its secret through the endpoint', () => {
    for (const from of [ours, theirGroup]) expect(reaches(data, from, door, 443), from).toBe(true);
  });

  test('nobody who only adds jobs reaches the record or the session cache', () => {
    for (const from of [ours, theirGroup, peered]) {
      expect(reaches(data, from, groupOf(data, 'DocumentDb'), 27017)).toBe(false);
      expect(reaches(data, from, groupOf(data, 'SessionCache'), 6379)).toBe(false);
    }
  });

  test('the role of an upstream service that attaches the policy may read that secret and nothing else', () => {
    const [policy] = Object.values(resources(data, 'AWS::IAM::ManagedPolicy'));
    const document = policy?.Properties['PolicyDocument'] as
      | { Statement: Record<string, unknown>[] }
      | undefined;
    const Statement = document?.Statement ?? [];

    expect(Statement.map((it) => it['Action'])).toEqual(['secretsmanager:GetSecretValue', 'kms:Decrypt']);
    expect(text(Statement[0]?.['Resource'])).toContain('QueueClusterProducersUrl');
    expect(text(Statement[1])).toMatch(/EncryptionKey.*kms:ViaService|kms:ViaService.*EncryptionKey/);
  });

  test('tasks reach their stores and services, and S3 by its addresses alone', () => {
    const workers = groupOf(data, 'Workers');
    const toOutside = rules(data).out.filter((it) => it.from === workers && !it.to?.startsWith('Network'));

    expect(reaches(data, workers, queue, 6379)).toBe(true);
    expect(reaches(data, workers, groupOf(data, 'SessionCache'), 6379)).toBe(true);
    expect(reaches(data, workers, groupOf(data, 'DocumentDb'), 27017)).toBe(true);
    expect(reaches(data, workers, door, 443)).toBe(true);
    expect(toOutside.map((it) => it.to)).toEqual([production.s3PrefixList]);
  });

  test('an endpoint serves this account alone, and the one to S3 nothing but image layers', () => {
    const endpoints = Object.values(resources(data, 'AWS::EC2::VPCEndpoint')).map((it) => it.Properties);
    const [gateway, ...more] = endpoints.filter((it) => it['VpcEndpointType'] === 'Gateway');

    expect(more).toEqual([]);
    expect(text(gateway?.['PolicyDocument'])).toMatch(/"Action":"s3:GetObject".*starport-layer-bucket/);
    expect(endpoints.length).toBeGreaterThan(6);
    for (const endpoint of endpoints.filter((it) => it !== gateway))
      expect(text(endpoint['PolicyDocument'])).toContain('"aws:PrincipalAccount":{"Ref":"AWS::AccountId"}');
  });
});

test('in a VPC that has endpoints none is made, and tasks reach them by the addresses of the VPC', () => {
  const { data } = sharing;
  const workers = groupOf(data, 'Workers');

  expect(resources(data, 'AWS::EC2::VPCEndpoint')).toEqual({});
  expect(resources(data, 'AWS::EC2::VPC')).toEqual({});
  expect(rules(data).out).toContainEqual({ from: workers, to: production.cidr, port: 443 });
  sharing.workers.hasResourceProperties('AWS::ECS::Service', {
    NetworkConfiguration: { AwsvpcConfiguration: { Subnets: subnets(1).map((it) => it.id) } },
  });
});

test('a stage that places matches may go out to their hosts', () => {
  const stage = synthesiseStage(
    stageSettings.parse({ ...production, placementHosts: ['place.example.com'] }),
  );
  const workers = groupOf(stage.data, 'Workers');

  expect(rules(stage.data).out).toContainEqual({ from: workers, to: '0.0.0.0/0', port: 443 });
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
