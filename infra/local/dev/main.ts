import { exportsOf } from '../env-file.ts';
import { startStack } from '../stack.ts';
import { watchWorker } from './watch-worker.ts';

const help = `Runs the local stack and one worker, which starts again when a file of jobs, producers or workers changes.

  npm run dev

It prints the variables for other shells. Parts that the environment names are used from there; DOMAIN and every other
setting of a worker too. Ctrl-C ends worker and stack.`;

const progress = (line: string) => void process.stderr.write(`dev: ${line}\n`);

if (process.argv.includes('--help')) console.log(help);
else
  await main().catch((error: Error) => {
    progress(error.message);
    process.exitCode = 1;
  });

async function main(): Promise<void> {
  // Until the stack is up, an interruption ends this process at once, and every part with it.
  const leave = () => process.exit(130);
  process.on('SIGINT', leave).on('SIGTERM', leave);
  await using stack = await startStack({ env: process.env, familiar: true, progress });
  process.off('SIGINT', leave).off('SIGTERM', leave);
  // Ctrl-C in a terminal arrives twice, once through npm: only the first counts.
  const interrupted = new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve));
  process.stdout.write(exportsOf(stack.env));
  await using _worker = watchWorker({ ...process.env, ...stack.env }, progress);
  await interrupted;
  progress('stopping');
}
