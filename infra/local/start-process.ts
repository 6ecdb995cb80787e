import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

/** A part of the fleet in a process of its own, started and ready. */
export interface FleetProcess {
  readonly pid: number;
  /** What it said of itself when it was ready. */
  readonly said: unknown;
  /** SIGTERM, then waits for its end. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts a program and waits until it says that it is ready. It ends with this process. It logs to `logFile`,
 * or nowhere.
 */
export async function startProcess(
  what: string,
  main: string,
  env: NodeJS.ProcessEnv,
  logFile?: string,
): Promise<FleetProcess> {
  const log = logFile ? openSync(logFile, 'a') : undefined;
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', log ?? 'ignore', 'pipe', 'ipc'] });
  if (log !== undefined) closeSync(log);
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2_000);
  });
  const ready = once(child, 'message');
  const died = once(child, 'exit').then((): never => {
    throw new Error(`${what} did not start:\n${complaint}`);
  });
  const [said] = await Promise.race([ready, died]);
  died.catch(() => undefined);
  return { pid: child.pid ?? 0, said, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
