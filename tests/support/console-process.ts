import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Fleet } from './fleet.ts';
import { openRole } from './redis-user.ts';

const consoleMain = fileURLToPath(new URL('../../producers/console/main.ts', import.meta.url));

/** Who changes things where the console has no login: the first key of the stack. */
export const consoleOperator = 'operator';

/** A console of the fleet in a process of its own, with the access of an operator. Dispose of it before the fleet. */
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

/** Starts `producers/console/main.ts` and waits until it listens; throws with what it said where it does not. */
export async function startConsole(env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [consoleMain], {
    env: { CONSOLE_PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const died = ended.then(() => Promise.reject(new Error(output)));
  const [ready] = (await Promise.race([once(child, 'message'), died])) as [{ url: string }];
  died.catch(() => undefined);
  return {
    url: ready.url,
    output: () => output,
    /** SIGTERM; resolves to its exit code. */
    stop(): Promise<number | null> {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
