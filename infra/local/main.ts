import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startConsole } from './console.ts';
import { checkEnvFile, exportsOf, writeEnvFile } from './env-file.ts';
import { type PartName, partNames } from './part.ts';
import { isGiven, type StackOptions, startStack } from './stack.ts';

const help = `Runs what the fleet needs on this machine until it is interrupted, and prints the variables that point to it.

  npm run stack -- [options] [part ...]

Parts: ${partNames.join(', ')}; all of them when none is named.

  --durable         a write is on disk when it is acknowledged (default: the queue is flushed once a second)
  --cluster         the queue as three primaries in cluster mode, on any free ports (default: one server)
  --console         runs the operators' console too, and prints its address
  --env-file FILE   writes the variables to FILE too, for ". FILE" in another shell; FILE goes when the stack stops
  --help            prints this

A part whose URL stands in the environment is used from there, and has to answer. The others come from Docker or, where
that does not work, from a Debian tree built on first use (in the cache folder, 0.9 GB).
STACK_SERVERS=docker or STACK_SERVERS=debian has no other.
Ports, where free: queue 6379, cache 6380, DocumentDB 27017, AWS 5000, Cognito 9229, X-Ray 2000/udp; else any free one.
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
      console: { type: 'boolean', default: false },
      'env-file': { type: 'string' },
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
      hasConsole: values.console,
      envFile: fileAt(values['env-file']),
    });
}

function progress(line: string): void {
  process.stderr.write(`stack: ${line}\n`);
}

/** npm starts this in the project's folder: a path is meant from where the user is. */
function fileAt(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(process.env['INIT_CWD'] ?? '', path);
}

interface Wanted extends Pick<StackOptions, 'durability' | 'cluster'> {
  readonly parts: readonly PartName[];
  readonly hasConsole: boolean;
  readonly envFile: string | undefined;
}

async function runUntilInterrupted({ envFile, hasConsole, ...options }: Wanted): Promise<void> {
  using _watch = endWithParent(process.ppid);
  // Until it is up, an interruption ends this process at once, and every part with it.
  const leave = () => process.exit(130);
  process.on('SIGINT', leave).on('SIGTERM', leave);
  if (envFile !== undefined) await checkEnvFile(envFile);
  await using stack = await startStack({ ...options, env: process.env, familiar: true, progress });
  process.off('SIGINT', leave).off('SIGTERM', leave);

  // Ctrl-C in a terminal arrives twice, once through npm: only the first counts, so that stopping is not cut
  // short.
  const interrupted = new Promise((resolve) => process.on('SIGINT', resolve).on('SIGTERM', resolve));
  await using _file = envFile === undefined ? undefined : await writeEnvFile(envFile, stack.env);
  process.stdout.write(exportsOf(stack.env));
  await using seen = hasConsole ? await startConsole({ ...process.env, ...stack.env }) : undefined;
  if (seen) progress(`the console is at ${seen.url}`);
  if (options.parts.every((name) => isGiven(name, process.env)))
    progress(
      'nothing to start: the environment names every part, and each of them answers; Ctrl-C ends this',
    );
  else progress(`running, with its logs in ${stack.folder}; Ctrl-C stops it`);
  await interrupted;
  progress('stopping');
}

/**
 * Killing `npm run stack` kills npm and its shell, and not always what they run: their death counts as a
 * SIGTERM. The watch also keeps this process alive where it has no server of its own to wait for.
 */
function endWithParent(parent: number): Disposable {
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  return { [Symbol.dispose]: () => clearInterval(watch) };
}
