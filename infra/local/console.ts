import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onFreePort, PortTaken, portTakenMessage } from './free-port.ts';

const consoleMain = fileURLToPath(new URL('../../producers/console/main.ts', import.meta.url));
/** Where people expect it. */
const familiarPort = 7_350;

/** A console in a process of its own, which ends with this one. */
export interface ConsoleProcess extends AsyncDisposable {
  readonly url: string;
}

/** Starts the operators' console for a fleet: at its familiar port where that is free, else at another. */
export const startConsole = (env: NodeJS.ProcessEnv): Promise<ConsoleProcess> =>
  onFreePort((port) => startAt(port, env), familiarPort);

async function startAt(port: number, env: NodeJS.ProcessEnv): Promise<ConsoleProcess> {
  const child = spawn(process.execPath, [consoleMain], {
    env: { ...env, CONSOLE_HOST: '127.0.0.1', CONSOLE_PORT: String(port), LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint = (complaint + text.toString()).slice(-2_000);
  });
  const ended = once(child, 'exit');
  const died = ended.then(() => {
    if (portTakenMessage.test(complaint)) throw new PortTaken(complaint);
    throw new Error(`The console did not start:\n${complaint}`);
  });
  const [{ url }] = (await Promise.race([once(child, 'message'), died])) as [{ url: string }];
  died.catch(() => undefined);
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
