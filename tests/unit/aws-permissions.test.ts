import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseSecretReference } from '../../jobs/secret-reference.ts';
import { environmentOf, tasks } from '../support/aws-tasks.ts';
import { type Resource, resources, stageWithTopics, synthesise } from '../support/aws-templates.ts';

const { dev, production } = synthesise();

describe.each([
  ['dev', dev],
  ['production', production],
] as const)('the roles of %s', (_name, { workers }) => {
  test('a task may do what the code does, and nothing more', () => {
    const statements = Object.entries(resources(workers, 'AWS::IAM::Policy')).flatMap(([id, policy]) =>
      statementsOf(policy).map((it) => ({
        ...it,
        role: id.includes('ExecutionRole')
          ? 'execution'
          : id.includes('CustomResource')
            ? 'deploying'
            : 'task',
      })),
    );
    const actions = (role: string) =>
      [...new Set(statements.filter((it) => it.role === role).flatMap((it) => it.Action))].sort();

    const calls = callsOf('workers');
    expect(calls).toEqual(expect.arrayContaining([...notGranted.keys()]));
    expect(actions('task')).toEqual(
      [...calls.filter((it) => !notGranted.has(it)), ...callsOfTheDaemon].sort(),
    );
    expect(actions('deploying')).toEqual(['ecs:RunTask', 'iam:PassRole']);
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

test.each([
  ['dev', dev],
  ['production', production],
] as const)('no task of %s has a secret left to read by itself', (_name, stage) => {
  for (const [worker] of tasks(stage).values())
    for (const [name, value] of Object.entries(environmentOf(worker))) {
      expect(name).not.toMatch(/_SECRET_ARN$/);
      expect(parseSecretReference(value), name).toBeUndefined();
    }
});

test('no call to AWS is written in a way that the comparison overlooks', () => {
  for (const source of sourcesOf('workers'))
    expect([...source.matchAll(sdkImport)]).toHaveLength([...source.matchAll(/'@aws-sdk\/client-/g)].length);
});

describe('a stage that names topics', () => {
  const { topics, ...stage } = stageWithTopics();

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
});

/** Calls the code can make that no task of these stages may, each with its reason. */
const notGranted = new Map([
  ['sns:Publish', 'a stage that names no topic publishes to none'],
  [
    'secretsmanager:GetSecretValue',
    'ECS reads a task its secrets, by the execution role; no variable of a task names one',
  ],
]);
/** What the X-Ray daemon beside each worker calls. */
const callsOfTheDaemon = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
/** Where IAM calls a service otherwise than its SDK package, and one action by the name of another. */
const inIam: Readonly<Record<string, string>> = {
  'secrets-manager': 'secretsmanager',
  'cloudwatch-logs': 'logs',
  'cognito-identity-provider': 'cognito-idp',
  'sns:PublishBatch': 'sns:Publish',
};

/** What a file takes of an SDK client, at its top or when it first needs it. */
const sdkImport =
  /(?:import|const) (?:type )?\{([^}]*)\} (?:from |= await import\()'@aws-sdk\/client-([a-z-]+)'/g;

function sourcesOf(folder: string): string[] {
  const root = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
  return globSync('**/*.ts', { cwd: root }).map((file) => readFileSync(`${root}/${file}`, 'utf8'));
}

/**
 * The IAM action behind every call to AWS in a folder's code: each SDK command it imports, and the ECS
 * agent's.
 */
function callsOf(folder: string): string[] {
  const sources = sourcesOf(folder);
  const commands = sources
    .flatMap((source) => [...source.matchAll(sdkImport)])
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
