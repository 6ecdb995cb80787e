import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const workerMain = fileURLToPath(new URL('../../../workers/main.ts', import.meta.url));

/** A worker in a process of its own, started and ready. */
export interface WorkerProcess {
  readonly pid: number;
  /** SIGTERM, then waits for its end. */
  readonly stop: () => Promise<void>;
}

/** Starts worker processes and waits until each serves its queues. They end with this process, whatever ends it. */
export async function startWorkers(count: number, env: NodeJS.ProcessEnv): Promise<WorkerProcess[]> {
  return Promise.all(Array.from({ length: count }, () => startWorker(env)));
}

async function startWorker(env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [workerMain], { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2_000);
  });
  const ready = once(child, 'message');
  const died = once(child, 'exit').then(() => {
    throw new Error(`A worker did not start:\n${complaint}`);
  });
  await Promise.race([ready, died]);
  died.catch(() => undefined);
  return { pid: child.pid ?? 0, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
