import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { afterAll, expect, test } from 'vitest';
import { synthesise } from '../support/aws-templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleet-templates-'));
const { app } = synthesise(folder);
const exitCode = process.exitCode;
app.synth();
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const templates = readdirSync(folder).filter((file) => file.endsWith('.template.json'));

test('cdk-nag finds nothing that is not acknowledged with a reason', () => {
  const report: { pluginReports: unknown[] } = JSON.parse(
    readFileSync(join(folder, 'validation-report.json'), 'utf8'),
  );

  expect(process.exitCode).toBe(exitCode);
  expect(report.pluginReports).toEqual([]);
});

test('both stages are three stacks each', () => {
  expect(templates.sort()).toEqual(
    ['dev', 'production'].flatMap((stage) =>
      ['data', 'watch', 'workers'].map((stack) => `fleet-${stage}-${stack}.template.json`),
    ),
  );
});

test('CloudFormation would take every template', { timeout: 60_000 }, () => {
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
