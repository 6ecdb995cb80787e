import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a process ended: exactly one of the two is not null. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where programs find what an earlier one compiled; the configuration of the tests names it. */
export const compiled = (): NodeJS.ProcessEnv => ({ NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] });

/**
 * Starts a program of the fleet and waits for the message by which it says that it is ready. It ends with
 * this process.
 */
export async function startProgram<Ready>(what: string, main: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [main], {
    env: { ...compiled(), ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = endingOf(child);
  const died = ended.then(() => Promise.reject(new Error(`${what} did not start:\n${output}`)));
  const [ready] = (await Promise.race([once(child, 'message'), died])) as [Ready];
  died.catch(() => undefined);
  return {
    ready,
    pid: child.pid ?? 0,
    send: (signal: NodeJS.Signals): void => void child.kill(signal),
    ended,
    /** What it printed so far. */
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export async function endingOf(child: ChildProcess): Promise<Ending> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return { code, signal };
}
