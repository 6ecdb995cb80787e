import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { addStage } from '../../infra/aws/stage.ts';
import { dev, production } from '../../infra/aws/stages.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

/** Both stages, synthesised once per test file. */
export const synthesise = () =>
  withApp((app) => {
    const stages = { dev: addStage(app, dev), production: addStage(app, production) };
    return {
      dev: { settings: dev, stacks: stages.dev, ...templates(stages.dev) },
      production: { settings: production, stacks: stages.production, ...templates(stages.production) },
    };
  });

/** A stage as an operator might set it. */
export const synthesiseStage = (settings: StageSettings) =>
  withApp((app) => templates(addStage(app, settings)));

/** Production, with a topic that hears the whole fleet and one that hears a configuration. */
export function stageWithTopics() {
  const topics = ['events.fifo', 'duel'].map((name) => `arn:aws:sns:us-east-1:123456789012:${name}`);
  const [topicArn, ...configurationTopicArns] = topics;
  const events = { ...production.events, topicArn, configurationTopicArns };
  return { topics, events, ...synthesiseStage(stageSettings.parse({ ...production, events })) };
}

function withApp<T>(work: (app: App) => T): T {
  // What CloudFormation thinks of the templates is asked once, by aws-gates.test.ts; it takes seconds.
  const outdir = mkdtempSync(join(tmpdir(), 'synthesis-'));
  try {
    return work(new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir }));
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

const templates = ({ data, workers, watch, api }: ReturnType<typeof addStage>) => ({
  data: Template.fromStack(data),
  workers: Template.fromStack(workers),
  watch: Template.fromStack(watch),
  api: api && Template.fromStack(api),
});

/** An HTTP API as an operator might set it. */
export const apiSettings = {
  ...{ cpu: 512, memoryMiB: 1_024, minTasks: 2, maxTasks: 10 },
  certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/0190a0b0-0000-7000-8000-000000000001',
  clientCidrs: ['10.0.0.0/8'],
} as const;

/** Resources of one type by logical id, with their properties as CloudFormation gets them. */
export const resources = (template: Template, type: string): Record<string, Resource> =>
  template.findResources(type) as Record<string, Resource>;

/** A value with every intrinsic function written out as text, so that it can be searched. */
export const text = (value: unknown): string => JSON.stringify(value);
