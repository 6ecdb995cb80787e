import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { App, type Stack } from 'aws-cdk-lib';
import { addStage } from '../stage.ts';
import { dev, production } from '../stages.ts';
import { costsOf, type Made } from './cost.ts';
import { report } from './report.ts';

const usage = `Usage: npm run cost -- [--tickets N] [--logs GB]

What each stage of stages.ts costs a month, of every resource that its templates make; asks nobody, prices are those of prices.ts.

  --tickets N   tickets a second, all month (default 10)
  --logs GB     of logs a month, all tasks (default 10)`;

const { values } = parseArgs({
  options: {
    tickets: { type: 'string', default: '10' },
    logs: { type: 'string', default: '10' },
    help: { type: 'boolean' },
  },
});
const load = { ticketsPerSecond: Number(values.tickets), logGb: Number(values.logs) };
const wrong = Object.values(load).some((it) => !(it >= 0));
if (values.help || wrong) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const outdir = mkdtempSync(join(tmpdir(), 'cost-'));
try {
  for (const settings of [dev, production]) {
    const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false, outdir });
    const { data, workers, watch, api } = addStage(app, settings);
    const assembly = app.synth();
    const made = [data, workers, watch, api ?? []].flat().flatMap((stack: Stack): Made[] => {
      const { Resources } = assembly.getStackArtifact(stack.artifactId).template as {
        Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
      };
      return Object.entries(Resources).map(([id, it]) => ({
        ...{ id, type: it.Type, properties: it.Properties ?? {} },
      }));
    });
    console.log(report(settings, load, costsOf(made, settings, load)));
  }
} finally {
  rmSync(outdir, { recursive: true });
}
