import { expect, test } from 'vitest';
import { type Resource, resources, synthesise } from '../support/aws-templates.ts';

/** What decides who may do what, reach what and read what. */
const guarded = [
  'AWS::IAM::Role',
  'AWS::IAM::Policy',
  'AWS::KMS::Key',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::VPCEndpoint',
  'AWS::ElastiCache::User',
  'AWS::ElastiCache::UserGroup',
  'AWS::SecretsManager::Secret',
  'AWS::SecretsManager::ResourcePolicy',
  'AWS::SecretsManager::RotationSchedule',
  'AWS::SNS::TopicPolicy',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
];
/** What a stage may choose, and what says nothing about access. */
const ignored = ['Tags', 'SubnetIds', 'RouteTableIds', 'VpcId', 'UserId', 'UserGroupId'];
/** What the CDK adds to names to make them unique, stage by stage. */
const madeUp = /[0-9A-F]{8,}/g;

type Stage = ReturnType<typeof synthesise>['production'];

/** Every guarded resource as a line, its policies' statements and its rules as lines below. */
function guards(stage: Stage): string {
  const lines = (['data', 'workers', 'watch'] as const).flatMap((stack) =>
    guarded.flatMap((type) =>
      Object.entries(resources(stage[stack], type)).flatMap(([id, it]) => [
        `${stack} ${type} ${id}`,
        ...told(it),
      ]),
    ),
  );
  return `${lines.join('\n')}\n`
    .replaceAll(new RegExp(`fleet(-?)${stage.settings.name}`, 'g'), 'fleet$1STAGE')
    .replaceAll(madeUp, '');
}

const told = ({ Properties = {} }: Partial<Resource>): string[] =>
  Object.entries(Properties)
    .filter(([name]) => !ignored.includes(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => {
      const statements = (value as { Statement?: unknown[] }).Statement;
      const each = statements ?? (Array.isArray(value) ? value : [value]);
      return each.map((one) => `  ${name} ${JSON.stringify(one)}`);
    });

const { dev, production } = synthesise();

test('who may do, reach and read what changes only on purpose', async () => {
  await expect(guards(production)).toMatchFileSnapshot('./aws-security.snapshot.txt');
});

test('dev is guarded exactly as production is', () => {
  expect(guards(dev)).toBe(guards(production));
});

test('no bucket and no queue is there to be left open', () => {
  expect(guards(production)).not.toMatch(/AWS::(S3|SQS)::/);
});
