import { fileURLToPath } from 'node:url';
import { onFreePort, PortTaken, portTakenMessage } from './free-port.ts';
import { startProcess } from './start-process.ts';

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
  const there = { CONSOLE_HOST: '127.0.0.1', CONSOLE_PORT: String(port), LOG_LEVEL: 'silent' };
  const { said, stop } = await startProcess('The console', consoleMain, { ...env, ...there }).catch(
    (error: Error) => {
      throw portTakenMessage.test(error.message) ? new PortTaken(error.message) : error;
    },
  );
  return { url: (said as { url: string }).url, [Symbol.asyncDispose]: stop };
}
