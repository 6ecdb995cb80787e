import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const workerMain = fileURLToPath(new URL('../../../workers/main.ts', import.meta.url));

/** A worker in a process of its own, started and ready. */
export interface WorkerProcess {
  readonly pid: number;
  /** SIGTERM, then waits for its end. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts worker processes and waits until each serves its queues. They end with this process, whatever ends it. What they
 * log goes to `worker-1.log` and so on in the folder `logs`, or nowhere.
 */
export async function startWorkers(
  count: number,
  env: NodeJS.ProcessEnv,
  logs?: string,
): Promise<WorkerProcess[]> {
  if (logs !== undefined) mkdirSync(logs, { recursive: true });
  return Promise.all(
    Array.from({ length: count }, (_, n) => startWorker(env, logs && join(logs, `worker-${n + 1}.log`))),
  );
}

async function startWorker(env: NodeJS.ProcessEnv, logFile?: string): Promise<WorkerProcess> {
  const log = logFile ? openSync(logFile, 'a') : undefined;
  const child = spawn(process.execPath, [workerMain], {
    env,
    stdio: ['ignore', log ?? 'ignore', 'pipe', 'ipc'],
  });
  if (log !== undefined) closeSync(log);
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
