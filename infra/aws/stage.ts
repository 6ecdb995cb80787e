import { readFileSync } from 'node:fs';
import { Annotations, type App, Tags } from 'aws-cdk-lib';
import { ApiStack } from './api/api-stack.ts';
import { DataStack } from './data/data-stack.ts';
import type { StageSettings } from './settings.ts';
import { unpinned } from './task/image-bases.ts';
import { WatchStack } from './watch/watch-stack.ts';
import { WorkersStack } from './workers/workers-stack.ts';

/**
 * One stage of the fleet: what must be kept, what can be thrown away and made again, and what watches both.
 * No account is named, so a stage deploys into whichever account the caller's credentials belong to.
 */
export function addStage(app: App, settings: StageSettings) {
  const env = { region: settings.region };
  const data = new DataStack(app, `fleet-${settings.name}-data`, { env, settings });
  const workers = new WorkersStack(app, `fleet-${settings.name}-workers`, { env, settings, data });
  const watch = new WatchStack(app, `fleet-${settings.name}-watch`, { env, settings, data, workers });
  const { api: wanted } = settings;
  const { apiKeysSecret: keysSecret } = data;
  const api = wanted
    ? new ApiStack(app, `fleet-${settings.name}-api`, {
        ...{ env, settings, data, keysSecret, api: wanted },
        topic: watch.topic,
        cluster: workers.cluster,
      })
    : undefined;
  const stacks = [data, workers, watch, api ?? []].flat();
  if (app.node.tryGetContext('deploying') !== undefined)
    for (const problem of unfinished(settings))
      for (const stack of stacks) Annotations.of(stack).addError(problem);
  // CloudFormation's published schema of this type has no tags.
  const untagged = { excludeResourceTypes: ['AWS::ApplicationAutoScaling::ScalableTarget'] };
  for (const stack of stacks) {
    Tags.of(stack).add('fleet', 'matchmaking', untagged);
    Tags.of(stack).add('stage', settings.name, untagged);
  }
  return { data, workers, watch, api };
}

/**
 * What only its operator can say of a production stage. Synthesis goes on without, so that a fresh clone can
 * be looked at.
 */
function unfinished({ name, runbookUrl, players }: StageSettings): string[] {
  if (name !== 'production') return [];
  const loose = unpinned(readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8'));
  return [
    ...(new URL(runbookUrl).hostname === 'example.com'
      ? ['stages.ts: runbookUrl is still the example; say where your runbook can be read']
      : []),
    ...(players.mail === undefined
      ? [
          "stages.ts: players.mail is missing; name an SES identity, or say 'cognito' if 50 mails a day will do",
        ]
      : []),
    ...(loose.length > 0
      ? [`infra/Dockerfile takes ${loose.join(', ')} without a digest; npm run pin-bases`]
      : []),
  ];
}
