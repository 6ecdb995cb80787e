import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { partNames } from './part.ts';
import { type StackOptions, startStack } from './stack.ts';

const help = `Runs what the fleet needs on this machine until it is interrupted, and prints the variables that point to it.

  npm run stack -- [options] [part ...]

Parts: ${partNames.join(', ')}; all of them when none is named.

  --durable   a write is on disk when it is acknowledged (default: the queue is flushed once a second)
  --cluster   the queue as three primaries in cluster mode (default: one server)
  --help      prints this

Each part comes from the first that works: its URL in the environment, Docker, a Debian tree built on first use
(in the cache folder; the README says how large). STACK_SERVERS=docker or STACK_SERVERS=debian has no other.
In another shell: set the printed variables, then npm start.
`;

await main().catch((error: Error) => {
  progress(error.message);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      durable: { type: 'boolean', default: false },
      cluster: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !partNames.some((part) => part === name));
  if (values.help) process.stdout.write(help);
  else if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}; see --help`);
  else
    await runUntilInterrupted({
      parts: partNames.filter((part) => positionals.length === 0 || positionals.includes(part)),
      durability: values.durable ? 'always' : 'everysec',
      cluster: values.cluster,
    });
}

function progress(line: string): void {
  process.stderr.write(`stack: ${line}\n`);
}

async function runUntilInterrupted(
  options: Pick<StackOptions, 'parts' | 'durability' | 'cluster'>,
): Promise<void> {
  endWithParent(process.ppid);
  // Until it is up, an interruption ends this process at once, and every part with it.
  const leave = () => process.exit(130);
  process.on('SIGINT', leave).on('SIGTERM', leave);
  await using stack = await startStack({ ...options, env: process.env, progress });
  // A later one than the first changes nothing: npm passes Ctrl-C on to a process that had it already.
  const ignore = () => {};
  process.on('SIGINT', ignore).on('SIGTERM', ignore);
  process.off('SIGINT', leave).off('SIGTERM', leave);

  for (const [name, value] of Object.entries(stack.env)) process.stdout.write(`export ${name}='${value}'\n`);
  progress(`running, with its logs in ${stack.folder}; Ctrl-C stops it`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  progress('stopping');
}

/** Killing `npm run stack` kills npm and its shell, and not always what they run: their death counts as a SIGTERM. */
function endWithParent(parent: number): void {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  watch.unref();
}
