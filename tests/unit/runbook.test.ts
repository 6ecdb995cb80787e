import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { stageSettings } from '../../infra/aws/settings.ts';
import { production } from '../../infra/aws/stages.ts';
import { queueNames } from '../../jobs/contract.ts';
import { metrics } from '../../jobs/metrics.ts';
import { openProgram } from '../../producers/cli/program.ts';
import { apiSettings, resources, synthesiseStage } from '../support/aws-templates.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const runbook = read('infra/aws/runbook.md');
/** One per alarm, by its name. */
const sections = [...runbook.matchAll(/^## (\S+)$/gm)].map(([, name = '']) => name);
const bodyOf = (name: string) => runbook.split(`## ${name}\n`)[1]?.split('\n## ')[0] ?? '';

const endpointService = { allowedPrincipals: ['arn:aws:iam::210987654321:root'] };
const stage = synthesiseStage(
  stageSettings.parse({ ...production, api: { ...apiSettings, endpointService } }),
);

/** A command whole enough to be typed: what is left out has its name in angle brackets. */
const command = /`(use \S+; )?(aws|fleet|ours|npm run|db\.adminCommand)\b[^`…]+`/;

describe.each(sections)('the section %s', (name) => {
  test('says what it means, and when it is over', () => {
    expect(bodyOf(name)).toMatch(/^\n\S/);
    expect(bodyOf(name)).toMatch(/^Over when /m);
  });

  test('has three steps, each with a command', () => {
    const steps = bodyOf(name).match(/^\d\. .*$/gm) ?? [];

    expect(steps.map((it) => it[0])).toEqual(['1', '2', '3']);
    for (const step of steps) expect(step).toMatch(command);
  });
});

test('every word of the command line that the runbook names is there', () => {
  const named = new Set(
    [...runbook.matchAll(/`fleet ([a-z-]+) ([a-z-]+)/g)].map(([, ...words]) => words.join(' ')),
  );
  const unknown = [...named].filter((words) => {
    const [group, verb] = words.split(' ');
    const found = openProgram('.').commands.find((it) => it.name() === group);
    return !found?.commands.some((it) => it.name() === verb);
  });

  expect(named.size).toBeGreaterThan(5);
  expect(unknown).toEqual([]);
});

test('every metric that the runbook asks for is one of the fleet, on a queue of it', () => {
  const asked = [...runbook.matchAll(/`ours (\w+) (\w+) ([^`\s]+)`/g)];

  expect(asked.length).toBeGreaterThan(8);
  for (const [, metric = '', statistic, queue = ''] of asked) {
    expect(Object.keys(metrics)).toContain(metric);
    expect(['Average', 'Maximum', 'Sum']).toContain(statistic);
    expect(['<queue>', ...queueNames]).toContain(queue);
  }
});

test('every output that the runbook reads exists, of each queue where it is one of a queue', () => {
  const named = [...runbook.matchAll(/\boutput ([A-Z]\w+)(?: (\w+))?/g)].map(
    ([, name = '', stack = 'workers']) => `${stack} ${name}`,
  );
  const ofQueues = queueNames.flatMap((it) =>
    ['Service', 'Logs'].map((what) => `workers ${what}${it.replaceAll('-', '')}`),
  );
  const there = (['data', 'workers', 'watch', 'api'] as const).flatMap((stack) =>
    Object.keys(stage[stack]?.toJSON()['Outputs'] ?? {}).map((name) => `${stack} ${name}`),
  );

  expect(named.length).toBeGreaterThan(12);
  expect([...named, ...ofQueues].filter((it) => !there.includes(it))).toEqual([]);
  expect(
    Object.keys(resources(stage.workers, 'AWS::ECS::TaskDefinition')).some((it) => it.startsWith('operator')),
  ).toBe(true);
});
