import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { compiled, type Ending, endingOf, startProgram } from './program.ts';

const workerMain = fileURLToPath(new URL('../../workers/process/main.ts', import.meta.url));

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

/**
 * Starts a worker, `workers/process/main.ts` of this tree or another, and waits until it serves. It ends with
 * this process.
 */
export async function startWorker(env: NodeJS.ProcessEnv, main = workerMain): Promise<WorkerProcess> {
  const { ready, ...program } = await startProgram<{ healthPort: number }>('A worker', main, env);
  return {
    ...program,
    healthPort: ready.healthPort,
    log: () =>
      program
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { msg: string }),
  };
}

/** Runs `workers/process/main.ts` where it is expected to end by itself. */
export async function runWorker(env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const child = spawn(process.execPath, [workerMain, ...args], {
    env: { ...compiled(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [{ code }, stdout, stderr] = await Promise.all([
    endingOf(child),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, stdout, stderr };
}
