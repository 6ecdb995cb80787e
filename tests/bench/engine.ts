import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type CaseResult, measureCase } from './engine-case.ts';
import { workloads } from './engine-workloads.ts';
import { machine } from './machine.ts';

export const usage = `The match engine alone: how long a pass takes, what it finds, what a pool weighs.

  npm run bench -- engine [--runs N] [--only WORKLOAD:TICKETS] [--json]

  --runs N     measure each case N times, medians count (default 9), once the engine is warm: after 40 runs, or 5 s of them
  --only CASE  one case in this process, for a profiler; otherwise each has a process of its own
  --json       print only {"results":[...]}

Workloads: ${workloads.map(({ name, sizes }) => `${name} (${sizes.join(', ')})`).join(', ')}.`;

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: 'string', default: '9' },
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs: must be a whole number of at least 1');
  const results = values.only
    ? [measureOne(values.only, runs)]
    : workloads.flatMap(({ name, sizes }) => sizes.map((size) => inProcess(`${name}:${size}`, runs)));
  if (values.json) return console.log(JSON.stringify({ results }));
  console.log(`${machine()}, median of ${runs}`);
  console.table(
    results.map(({ gapMedian, gapOptimalRatio, ...result }) => ({
      ...result,
      gap: gapMedian,
      ratio: gapOptimalRatio,
    })),
  );
  console.table(targets(results));
}

function measureOne(only: string, runs: number): CaseResult {
  const [name, size] = only.split(':');
  const workload = workloads.find((candidate) => candidate.name === name);
  if (!workload) throw new Error(`--only: there is no workload ${name}`);
  return measureCase(workload, Number(size ?? workload.sizes[0]), runs);
}

/** A process of its own, so that neither memory nor compiled code of one case weighs on another. */
function inProcess(only: string, runs: number): CaseResult {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const args = ['--expose-gc', main, 'engine', '--json', '--runs', String(runs), '--only', only];
  const { results } = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  return results[0];
}

/** What is asked of the engine, and bounds on passes over little change. */
function targets(results: readonly CaseResult[]) {
  const at = (workload: string, tickets: number, value: Exclude<keyof CaseResult, 'workload'>) =>
    Number(results.find((it) => it.workload === workload && it.tickets === tickets)?.[value]);
  const large = 100_000;
  const rows: [string, number, number][] = [
    ['1v1-window 5,000: full pass, ms', at('1v1-window', 5_000, 'fullPassMs'), 8],
    ['1v1-window 5,000: first pass of a process, ms', at('1v1-window', 5_000, 'coldPassMs'), 60],
    ['1v1-window 100,000: full pass, ms', at('1v1-window', large, 'fullPassMs'), 150],
    [
      'time at 100,000 over time at 10,000',
      at('1v1-window', large, 'fullPassMs') / at('1v1-window', 10_000, 'fullPassMs'),
      13,
    ],
    ['5v5-parties 10,000: full pass, ms', at('5v5-parties', 10_000, 'fullPassMs'), 200],
    ['1v1-window 100,000: idle pass, ms', at('1v1-window', large, 'idlePassMs'), 20],
    ['1v1-window 100,000: pass after 100 arrivals, ms', at('1v1-window', large, 'deltaPassMs'), 40],
    ['1v1-window 100,000: explain a ticket, ms', at('1v1-window', large, 'explainMs'), 50],
    ['1v1-window 100,000: resident, MiB', at('1v1-window', large, 'residentMiB'), 400],
    ['1v1-window 1,000: median rating gap', at('1v1-window', 1_000, 'gapMedian'), 5],
    ['1v1-window 1,000: mean gap over the optimum', at('1v1-window', 1_000, 'gapOptimalRatio'), 1.05],
  ];
  return rows
    .filter(([, found]) => !Number.isNaN(found))
    .map(([target, found, most]) => ({
      target,
      found: Number(found.toPrecision(4)),
      most,
      met: found <= most ? 'yes' : 'NO',
    }));
}
