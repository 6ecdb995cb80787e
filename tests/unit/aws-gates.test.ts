import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, expect, test } from 'vitest';
import { addStage } from '../../infra/aws/stage.ts';
import { dev, production } from '../../infra/aws/stages.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleet-templates-'));
const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir: folder });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (const settings of [dev, production]) addStage(app, settings);
const exitCode = process.exitCode;
const assembly = app.synth();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const templates = readdirSync(folder).filter((file) => file.endsWith('.template.json'));

test('cdk-nag finds nothing that is not acknowledged with a reason', () => {
  const report: { pluginReports: { summary: unknown; violations: { ruleName: string }[] }[] } = JSON.parse(
    readFileSync(join(folder, 'validation-report.json'), 'utf8'),
  );

  expect(report.pluginReports.flatMap((it) => it.violations.map((found) => found.ruleName))).toEqual([]);
  // A failed validation is an exit code, not a throw.
  expect(process.exitCode).toBe(exitCode);
});

test('synthesis asks nobody: no lookup of an account, a zone or an image is open', () => {
  expect(assembly.manifest.missing ?? []).toEqual([]);
});

test('both stages are three stacks each', () => {
  expect(templates.sort()).toEqual(
    ['dev', 'production'].flatMap((stage) =>
      ['data', 'watch', 'workers'].map((stack) => `fleet-${stage}-${stack}.template.json`),
    ),
  );
});

test('CloudFormation would take every template', { timeout: 180_000 }, () => {
  const engine = new RegoEngine();
  const problems = templates.flatMap((file) =>
    engine
      .validateStandard(new TemplateFile(join(folder, file)))
      .diagnostics.filter((it) => ['FATAL', 'ERROR'].includes(it.severity) || it.ruleId === 'W3030')
      .map((it) => `${file}: ${it.ruleId} ${it.message}`),
  );
  engine.free();

  expect(problems).toEqual([]);
});
