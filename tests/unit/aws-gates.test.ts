import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';
import { type App, CfnResource, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fleetApp } from '../../infra/aws/app.ts';
import { type StageSettings, stageSettings } from '../../infra/aws/settings.ts';
import { addStage } from '../../infra/aws/stage.ts';
import { dev, production } from '../../infra/aws/stages.ts';
import { unpinned } from '../../infra/aws/task/image-bases.ts';

/** Production with what only a setting brings. */
const full = stageSettings.parse({
  ...production,
  placementHosts: ['place.example.com'],
  events: { ...production.events, topicArn: 'arn:aws:sns:us-east-1:123456789012:events.fifo' },
});

/**
 * Synthesises the app of `npm run synth`, into a folder that is gone with the test; `add` seeds what is wrong
 * with it.
 */
function synthesise(stages: readonly StageSettings[], add: (app: App) => void = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-templates-'));
  const { exitCode } = process;
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
    process.exitCode = exitCode;
  });
  const app = fleetApp(stages, { outdir: folder });
  add(app);
  const assembly = app.synth();
  // Some failed validations throw, others are an exit code.
  return { folder, assembly, failed: process.exitCode !== exitCode };
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
    const { folder, assembly, failed } = synthesise(stages);

    expect(nagged(folder)).toEqual([]);
    expect(failed).toBe(false);
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

describe('the checks find what is wrong', { timeout: 60_000 }, () => {
  test('cdk-nag an open bucket', () => {
    const wrong = () => synthesise([], (app) => new Bucket(new Stack(app, 'wrong'), 'Open'));

    expect(wrong).toThrow(/AwsSolutions-S1\b/);
  });

  test("CloudFormation's validator a property that is none", () => {
    const properties = { DelayMinutes: 1 };
    const wrong = () =>
      synthesise(
        [],
        (app) => new CfnResource(new Stack(app, 'wrong'), 'Queue', { type: 'AWS::SQS::Queue', properties }),
      );

    expect(wrong).toThrow(/'DelayMinutes' was unexpected/);
  });
});

describe('deploying', () => {
  const deploy = (settings: StageSettings) => {
    const app = fleetApp([], {
      builtinCloudFormationValidation: false,
      outdir: mkdtempSync(join(tmpdir(), 'fleet-deployed-')),
      context: { deploying: 'true' },
    });
    onTestFinished(() => rmSync(app.outdir, { recursive: true, force: true }));
    const { watch } = addStage(app, settings);
    return Annotations.fromStack(watch)
      .findError('*', Match.anyValue())
      .map((it) => String(it.entry.data));
  };
  const runbookUrl = 'https://wiki.example.org/runbook';
  const dockerfile = readFileSync(new URL('../../infra/Dockerfile', import.meta.url), 'utf8');
  const loose = unpinned(dockerfile).length > 0 ? [expect.stringContaining('npm run pin-bases')] : [];

  test('production is refused while its runbook is the example, nobody is named to send mail and bases have no digest', {
    timeout: 60_000,
  }, () => {
    expect(deploy(production)).toEqual([
      expect.stringContaining('runbookUrl is still the example'),
      expect.stringContaining('players.mail is missing'),
      ...loose,
    ]);
    expect(
      deploy({ ...production, runbookUrl, players: { ...production.players, mail: 'cognito' } }),
    ).toEqual(loose);
  });
});
