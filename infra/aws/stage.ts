import { Annotations, type App, Tags } from 'aws-cdk-lib';
import { DataStack } from './data-stack.ts';
import type { StageSettings } from './settings.ts';
import { WatchStack } from './watch-stack.ts';
import { WorkersStack } from './workers-stack.ts';

/**
 * One stage of the fleet: what must be kept, what can be thrown away and made again, and what watches both. No account
 * is named, so a stage deploys into whichever account the caller's credentials belong to.
 */
export function addStage(app: App, settings: StageSettings) {
  const env = { region: settings.region };
  const data = new DataStack(app, `fleet-${settings.name}-data`, { env, settings });
  const workers = new WorkersStack(app, `fleet-${settings.name}-workers`, { env, settings, data });
  const watch = new WatchStack(app, `fleet-${settings.name}-watch`, { env, settings, data, workers });
  // Synthesis takes the example, so that a fresh clone can be looked at; nobody who is paged can read it.
  const deploying = app.node.tryGetContext('deploying') !== undefined;
  if (deploying && settings.name === 'production' && new URL(settings.runbookUrl).hostname === 'example.com')
    for (const stack of [data, workers, watch])
      Annotations.of(stack).addError(
        'stages.ts: runbookUrl is still the example; say where your runbook can be read',
      );
  // CloudFormation's published schema of this type has no tags.
  const untagged = { excludeResourceTypes: ['AWS::ApplicationAutoScaling::ScalableTarget'] };
  for (const stack of [data, workers, watch]) {
    Tags.of(stack).add('fleet', 'matchmaking', untagged);
    Tags.of(stack).add('stage', settings.name, untagged);
  }
  return { data, workers, watch };
}
