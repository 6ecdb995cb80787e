import { expect, test } from 'vitest';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { dev, production } from '../../infra/aws/stages.ts';
import { targetBacklogPerTask } from '../../infra/aws/workers/scaling-policy.ts';

test.each<[string, StageSettings, string]>([
  [
    'durability without a replica',
    { ...production, queueCluster: { ...production.queueCluster, replicas: 0 } },
    'durability needs at least one replica',
  ],
  [
    'durability on a burstable node',
    { ...production, queueCluster: { ...production.queueCluster, nodeType: 'cache.t4g.small' } },
    'durability needs a node of r6g, r7g',
  ],
  [
    'more tasks than DocumentDB has connections for',
    { ...production, documentdb: { ...production.documentdb, connectionLimit: 500 } },
    'connections of all tasks do not fit',
  ],
  [
    'durability on an older node',
    { ...production, queueCluster: { ...production.queueCluster, nodeType: 'cache.m5.large' } },
    'durability needs a node of r6g, r7g',
  ],
  [
    'nobody to report the queues',
    {
      ...dev,
      services: { ...dev.services, maintenance: { ...dev.services.maintenance, minTasks: 0 } },
    },
    'must be 1 or more: it reports the queues to scaling',
  ],
  [
    'nobody to time tickets out',
    {
      ...dev,
      services: { ...dev.services, matchmaking: { ...dev.services.matchmaking, minTasks: 0 } },
    },
    'must be 1 or more: its beat',
  ],
  [
    'nobody to expire sessions',
    {
      ...dev,
      services: { ...dev.services, 'session-creation': { ...dev.services['session-creation'], minTasks: 0 } },
    },
    'must be 1 or more: it expires sessions',
  ],
])('a stage with %s is refused', (_what, settings, reason) => {
  const problems = stageSettings.safeParse(settings).error?.issues.map((it) => it.message) ?? [];

  expect(problems.join('; ')).toContain(reason);
});

test('the target is what a task works off in the acceptable wait', () => {
  expect(targetBacklogPerTask(64, { acceptableWaitSeconds: 2, jobMs: 40 })).toBe(3_200);
  expect(targetBacklogPerTask(1, { acceptableWaitSeconds: 0.1, jobMs: 60_000 })).toBe(1);
});
