import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../infra/aws/settings.ts';
import { dev, production } from '../../infra/aws/stages.ts';
import { apiSettings, synthesiseStage } from '../support/aws-templates.ts';

/** A stage with all that it may have, and the one for trying out. */
const stages = {
  production: synthesiseStage(
    stageSettings.parse({
      ...production,
      ...{ api: apiSettings, traces: 'otlp' },
      events: { ...production.events, topicArn: 'arn:aws:sns:us-east-1:123456789012:events.fifo' },
    }),
  ),
  dev: synthesiseStage(dev),
};

/** In a key's own policy `*` is that key. */
const thisKey = "in a key's policy the only resource there is is the key";
/** The endpoint asks the network's side alone; what a task may do, its role says. */
const ownAccount = 'an endpoint lets every principal of the own account through, by its condition';

/** Wildcards that the policies of the stacks have: kind of resource and what is open, and why it is. */
const allowed: Readonly<Record<string, string>> = {
  'EC2::VPCEndpoint: action *': ownAccount,
  'EC2::VPCEndpoint: * on *': ownAccount,
  'EC2::VPCEndpoint: anybody: *': ownAccount,
  'EC2::VPCEndpoint: * on :userpool/*': 'sign-in carries no principal; the pools are those of the account',
  'EC2::VPCEndpoint: anybody: s3:GetObject': "ECR's signed URLs of image layers carry no principal of ours",
  'EC2::VPCEndpoint: s3:GetObject on :s3:::prod-us-east-1-starport-layer-bucket/*':
    "layers of images lie under names that ECR chooses, in ECR's bucket",
  'IAM::Policy: cloudwatch:PutMetricData on *': 'it knows no resources; a condition names the namespace',
  'IAM::Policy: ecr:GetAuthorizationToken on *': 'it knows no resources',
  'IAM::Policy: ecs:UpdateTaskProtection on /*': 'a task protects itself, and its id is made at its start',
  'IAM::Policy: xray:PutTraceSegments xray:PutTelemetryRecords on *': 'they know no resources',
  'KMS::Key: action kms:*': "without it nobody could administer the key: the account's own policies decide",
  'KMS::Key: action kms:GenerateDataKey*': 'with and without the plain key, which services ask for in turn',
  'KMS::Key: action kms:ReEncrypt*': 'from and to: one of them alone does nothing',
  'KMS::Key: kms:* on *': thisKey,
  'KMS::Key: kms:CreateGrant kms:DescribeKey on *': thisKey,
  'KMS::Key: kms:Decrypt kms:Encrypt kms:ReEncrypt* kms:GenerateDataKey* on *': thisKey,
  'KMS::Key: kms:Decrypt kms:GenerateDataKey* on *': thisKey,
  'KMS::Key: kms:Encrypt kms:Decrypt kms:GenerateDataKey* kms:DescribeKey on *': thisKey,
};

interface Statement {
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
}

/** Statements that allow, wherever in a resource they stand. */
function allowing(value: unknown): Statement[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = 'Effect' in value && value.Effect === 'Allow' ? [value as Statement] : [];
  return [...own, ...Object.values(value).flatMap(allowing)];
}

const listed = <Value>(value: Value | readonly Value[] | undefined): readonly Value[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value as Value];

/** What of a statement is open: actions, resources or principals with a `*` in them. */
function wildcardsOf(type: string, { Action, Resource, Principal }: Statement): string[] {
  const actions = listed(Action);
  const opened = actions.filter((it) => it.includes('*')).map((it) => `action ${it}`);
  const resources = listed(Resource)
    .map((it) => JSON.stringify(it))
    .filter((it) => it.includes('*'))
    .map((it) => `${actions.join(' ')} on ${tail(it)}`);
  const anybody = JSON.stringify(Principal ?? '').includes('"*"') ? [`anybody: ${actions.join(' ')}`] : [];
  return [...opened, ...resources, ...anybody].map((it) => `${type.replace('AWS::', '')}: ${it}`);
}

/** The last piece of text of a name that CloudFormation puts together. */
const tail = (resource: string): string => /"([^"]*\*[^"]*)"/.exec(resource)?.[1] ?? resource;

const all = Object.values(stages).flatMap((templates) =>
  Object.values(templates).flatMap((template) =>
    Object.values((template?.toJSON()['Resources'] ?? {}) as Record<string, { Type: string }>).flatMap(
      (resource) => allowing(resource).map((statement) => ({ type: resource.Type, statement })),
    ),
  ),
);
const found = all.flatMap(({ type, statement }) => wildcardsOf(type, statement));

describe('what a policy leaves open', () => {
  test('has a reason, each of it', () => {
    expect([...new Set(found)].filter((it) => !Object.hasOwn(allowed, it)).sort()).toEqual([]);
  });

  test('to anybody and for every action is bound to the own account', () => {
    const open = all.filter(({ statement }) => listed(statement.Action).includes('*'));
    expect(open.length).toBeGreaterThan(0);

    for (const { statement } of open.filter((it) => !JSON.stringify(it).includes(':userpool/')))
      expect(statement).toMatchObject({
        Condition: { StringEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } } },
      });
  });

  test('is there: no reason is without its wildcard', () => {
    expect(Object.keys(allowed).filter((it) => !found.includes(it))).toEqual([]);
  });
});
