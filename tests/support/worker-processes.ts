import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const workerMain = fileURLToPath(new URL('../../workers/main.ts', import.meta.url));

/** How a process ended: exactly one of the two is not null. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A worker in a process of its own, serving its queues. Disposing it kills it. */
export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Where its health probes and metrics are, on 127.0.0.1. */
  readonly healthPort: number;
  readonly send: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ending>;
  /** What it printed so far. */
  readonly output: () => string;
  /** Its log so far, one entry per line. */
  readonly log: () => readonly { readonly msg: string }[];
}

/** Starts a worker, `workers/main.ts` of this tree or another, and waits until it serves. It ends with this process. */
export async function startWorker(env: NodeJS.ProcessEnv, main = workerMain): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = endingOf(child);
  const died = ended.then(() => Promise.reject(new Error(`A worker did not start:\n${output}`)));
  const [{ healthPort }] = (await Promise.race([once(child, 'message'), died])) as [{ healthPort: number }];
  died.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    healthPort,
    send: (signal) => void child.kill(signal),
    ended,
    output: () => output,
    log: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { msg: string }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs `workers/main.ts` where it is expected to end by itself. */
export async function runWorker(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const child = spawn(process.execPath, [workerMain, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [{ code }, stdout, stderr] = await Promise.all([
    endingOf(child),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}

async function endingOf(child: ChildProcess): Promise<Ending> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}
