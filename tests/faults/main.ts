import { parseArgs } from 'node:util';
import { faults } from './faults.ts';
import { notYetGating } from './not-yet-gating.ts';
import { type FaultReport, runFaults } from './run.ts';

const gating = Object.keys(faults).filter((kind) => !(kind in notYetGating));

const usage = `A fleet of workers under steady load while faults strike by a seeded plan; then every invariant is checked against the
stores and against what the client was promised.

  npm run -s faults -- --minutes N [options]

  --minutes N   how long faults strike (default 2)
  --seed S      of players and plan: the same seed, the same faults (default: of chance, printed)
  --workers N   worker processes, at least four (default 4)
  --players N   players who queue, play and queue again (default 40)
  --every S     seconds from one fault to the next (default 6)
  --only KINDS  only these kinds, comma-separated
  --all         those too that are not in the gate yet
  --json        print only one JSON object

Kinds: ${gating.join(', ')}.
Only when asked for, since the fleet is not yet known to stand them: ${Object.keys(notYetGating).join(', ')}.
Exits 1 when an invariant is broken. Recovery is counted from the moment a fault's cause is gone until every pair of
probing players who asked from a second before the fault to a second after it had been matched and their match stored.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    workers: { type: 'string', default: '4' },
    players: { type: 'string', default: '40' },
    every: { type: 'string', default: '6' },
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) console.log(usage);
else {
  // Interrupted, it ends at once; servers and workers end with it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
  const report = await runFaults({
    seconds: number('--minutes', values.minutes, 0) * 60,
    seed: number('--seed', values.seed, 0),
    workers: number('--workers', values.workers, 4),
    players: number('--players', values.players, 10),
    everySeconds: number('--every', values.every, 1),
    kinds: kindsOf(values.only, values.all),
    restless: 0.1,
    say: (line) => process.stderr.write(`${line}\n`),
  });
  if (values.json) console.log(JSON.stringify(report));
  else print(report);
  // Players whose tickets never end would go on waiting.
  process.stdout.write('', () => process.exit(report.violations.length === 0 ? 0 : 1));
}

function number(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  console.error(`${option}: ${text} is not a number of at least ${least}`);
  process.exit(2);
}

function kindsOf(only: string | undefined, all: boolean): string[] {
  const wanted = only?.split(',') ?? (all ? Object.keys(faults) : gating);
  const unknown = wanted.filter((kind) => !(kind in faults));
  if (unknown.length === 0) return wanted;
  console.error(`--only: there is no fault ${unknown.join(', ')}; see --help`);
  process.exit(2);
}

function print({ faults: struck, recoveryMs, violations, ...rest }: FaultReport): void {
  console.table(
    Object.entries(struck).map(([fault, times]) => ({
      fault,
      times,
      'recovery p50 ms': recoveryMs[fault]?.p50,
      'max ms': recoveryMs[fault]?.max,
    })),
  );
  console.log(
    Object.entries(rest)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · '),
  );
  console.log(
    violations.length === 0
      ? 'Every invariant holds.'
      : `BROKEN, seed ${rest.seed}:\n${violations.join('\n')}`,
  );
}
