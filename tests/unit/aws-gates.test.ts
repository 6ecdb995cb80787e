import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { addStage } from '../../infra/aws/stage.ts';
import { dev, production } from '../../infra/aws/stages.ts';

/** Production with what only a setting brings. */
const full = stageSettings.parse({
  ...production,
  placementHosts: ['place.example.com'],
  events: { ...production.events, topicArn: 'arn:aws:sns:us-east-1:123456789012:events.fifo' },
});

/** Synthesises stages as `npm run synth` does, into a folder that is gone with the test. */
function synthesise(stages: readonly StageSettings[]) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-templates-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir: folder });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const settings of stages) addStage(app, settings);
  return { folder, assembly: app.synth() };
}

const templatesIn = (folder: string) => readdirSync(folder).filter((file) => file.endsWith('.template.json'));

function nagged(folder: string): string[] {
  const report: { pluginReports: { violations: { ruleName: string }[] }[] } = JSON.parse(
    readFileSync(join(folder, 'validation-report.json'), 'utf8'),
  );
  return report.pluginReports.flatMap((it) => it.violations.map((found) => found.ruleName));
}

function refusedByCloudFormation(folder: string): string[] {
  const engine = new RegoEngine();
  const problems = templatesIn(folder).flatMap((file) =>
    engine
      .validateStandard(new TemplateFile(join(folder, file)))
      .diagnostics.filter((it) => ['FATAL', 'ERROR'].includes(it.severity) || it.ruleId === 'W3030')
      .map((it) => `${file}: ${it.ruleId} ${it.message}`),
  );
  engine.free();
  return problems;
}

describe.each([
  ['both stages', [dev, production], ['dev', 'production']],
  ['a stage with placement hosts and a topic', [full], ['production']],
])('%s', (_what, stages, names) => {
  test('pass cdk-nag but for what is acknowledged with a reason, and CloudFormation would take every template', {
    timeout: 180_000,
  }, () => {
    const exitCode = process.exitCode;
    const { folder, assembly } = synthesise(stages);

    expect(nagged(folder)).toEqual([]);
    // A failed validation is an exit code, not a throw.
    expect(process.exitCode).toBe(exitCode);
    // Synthesis asks nobody: no lookup of an account, a zone or an image is open.
    expect(assembly.manifest.missing ?? []).toEqual([]);
    expect(templatesIn(folder).sort()).toEqual(
      names.flatMap((stage) =>
        ['data', 'watch', 'workers'].map((stack) => `fleet-${stage}-${stack}.template.json`),
      ),
    );
    expect(refusedByCloudFormation(folder)).toEqual([]);
  });
});
