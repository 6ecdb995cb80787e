import { fileURLToPath } from 'node:url';
import type { Fleet } from './fleet.ts';
import { startProgram } from './program.ts';
import { openRole } from './redis-user.ts';

const consoleMain = fileURLToPath(new URL('../../producers/console/main.ts', import.meta.url));

/** Who changes things where the console has no login: the first key of the stack. */
export const consoleOperator = 'operator';

/**
 * A console of the fleet in a process of its own, with the access of an operator. Dispose of it before the
 * fleet.
 */
export async function openConsole(fleet: Fleet, more: NodeJS.ProcessEnv = {}) {
  const role = await openRole(fleet.domain, 'operator');
  const console_ = await startConsole({
    ...fleet.env,
    QUEUE_REDIS_URL: role.url,
    ...more,
  });
  return {
    ...console_,
    async [Symbol.asyncDispose]() {
      await console_.stop();
      const refused = await role.refused();
      await role[Symbol.asyncDispose]();
      if (refused.length > 0) throw new Error(`Refused to the console:\n${refused.join('\n')}`);
    },
  };
}

/**
 * Starts `producers/console/main.ts` and waits until it listens; throws with what it said where it does not.
 */
export async function startConsole(env: NodeJS.ProcessEnv) {
  const { ready, send, ended, output } = await startProgram<{ url: string }>('The console', consoleMain, {
    ...{ CONSOLE_PORT: '0', LOG_LEVEL: 'warn' },
    ...env,
  });
  return {
    url: ready.url,
    output,
    /** SIGTERM; resolves to its exit code. */
    stop(): Promise<number | null> {
      send('SIGTERM');
      return ended.then(({ code }) => code);
    },
  };
}
