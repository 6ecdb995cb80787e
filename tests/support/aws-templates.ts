import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addStage } from '../../infra/aws/stage.ts';
import { dev, production } from '../../infra/aws/stages.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}

/** Both stages, synthesised once per test file. */
export function synthesise() {
  // What CloudFormation thinks of the templates is asked once, by aws-gates.test.ts; it takes seconds.
  const outdir = mkdtempSync(join(tmpdir(), 'synthesis-'));
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir });
  const stages = { dev: addStage(app, dev), production: addStage(app, production) };
  const template = (stack: Stack) => Template.fromStack(stack);
  const synthesised = {
    dev: { settings: dev, stacks: stages.dev, ...templates(stages.dev, template) },
    production: {
      settings: production,
      stacks: stages.production,
      ...templates(stages.production, template),
    },
  };
  rmSync(outdir, { recursive: true });
  return synthesised;
}

const templates = (stage: ReturnType<typeof addStage>, template: (stack: Stack) => Template) => ({
  data: template(stage.data),
  workers: template(stage.workers),
  watch: template(stage.watch),
});

/** Resources of one type by logical id, with their properties as CloudFormation gets them. */
export const resources = (template: Template, type: string): Record<string, Resource> =>
  template.findResources(type) as Record<string, Resource>;

/** A value with every intrinsic function written out as text, so that it can be searched. */
export const text = (value: unknown): string => JSON.stringify(value);
