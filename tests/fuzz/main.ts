import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';
import { targets } from './targets.ts';

const usage = `Feeds every door that input comes through with generated and mutated input; exits 1 on a throw nobody expects,
more than a second for one input, or a changed prototype.

  npm run -s fuzz -- [--count N] [--seed S] [--target NAME] [--json]

  --count N       inputs in all, shared evenly between the targets (default 100000)
  --seed S        of the first input; every input has a seed of its own (default 1)
  --target NAME   one of ${Object.keys(targets).join(', ')} (default: all)`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const chosen = Object.entries(targets).filter(
  ([name]) => values.target === undefined || name === values.target,
);
if (values.help || chosen.length === 0) {
  if (!values.help) console.error(`--target: there is no target ${values.target}`);
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
const each = Math.ceil(Number(values.count) / chosen.length);
const found = chosen.map(([target, run]) => ({ target, ...fuzz(run, each, Number(values.seed)) }));
if (values.json) console.log(JSON.stringify(found));
else console.table(found.map(({ failures, ...it }) => ({ ...it, failures: failures.length })));
for (const { target, failures } of found)
  for (const { seed, what } of failures.slice(0, 10))
    console.error(`--target ${target} --count 1 --seed ${seed}: ${what}`);
process.exitCode = found.some((it) => it.failures.length > 0) ? 1 : 0;
