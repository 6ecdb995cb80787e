import { expect, test } from 'vitest';
import { stageSettings } from '../../infra/aws/settings.ts';
import { production } from '../../infra/aws/stages.ts';
import { resources, synthesiseStage, text } from '../support/aws-templates.ts';

/** Production as it runs, and as it is deployed again after both of its stores were restored. */
const before = synthesiseStage(production);
const after = synthesiseStage(
  stageSettings.parse({
    ...production,
    queueCluster: { ...production.queueCluster, snapshotName: 'before-the-fire' },
    documentdb: { ...production.documentdb, restoredEndpoint: 'restored.example.com' },
  }),
);

type Stage = typeof before;
const stacks = ['data', 'workers', 'watch'] as const;

/** Names of other stacks' outputs that a stack reads while it is deployed. */
const readBy = (stage: Stage, stack: 'workers' | 'watch'): string[] => [
  ...new Set(
    [...text(stage[stack].toJSON()).matchAll(/"Fn::GetStackOutput":\{[^}]*"OutputName":"(\w+)"/g)].map(
      ([, name = '']) => name,
    ),
  ),
];

test.each(stacks)('nothing holds the stack %s back from replacing what it has', (stack) => {
  for (const stage of [before, after]) {
    const template = stage[stack].toJSON();

    expect(text(template)).not.toContain('Fn::ImportValue');
    expect(text(template['Outputs'] ?? {})).not.toContain('"Export"');
  }
});

test('every output that workers and alarms read is there before and after stores were restored', () => {
  for (const stage of [before, after]) {
    const given = [stage.data, stage.workers].flatMap((it) => Object.keys(it.toJSON()['Outputs'] ?? {}));
    const read = [...readBy(stage, 'workers'), ...readBy(stage, 'watch')];

    expect(read.length).toBeGreaterThan(10);
    expect(read.filter((name) => !given.includes(name))).toEqual([]);
  }
  expect(readBy(after, 'watch')).toEqual(readBy(before, 'watch'));
});

test('restoring replaces the queue cluster and leaves every other resource of the data stack as it was', () => {
  const told = (stage: Stage) =>
    Object.entries(stage.data.toJSON()['Resources'] as object).map(([id, it]) => [id, text(it)] as const);
  const was = new Map(told(before));
  const changed = told(after).filter(([id, it]) => was.get(id) !== it);

  expect(changed.map(([id]) => id)).toEqual(
    Object.entries(resources(before.data, 'AWS::ElastiCache::ReplicationGroup'))
      .filter(([, it]) => it.Properties['ClusterMode'] === 'enabled')
      .map(([id]) => id),
  );
  expect(told(after)).toHaveLength(told(before).length);
});
