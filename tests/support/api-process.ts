import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Right } from '../../jobs/maintenance/api-keys.ts';
import type { MatchmakingClient } from '../../producers/client.ts';
import { newSecret, seal, tokenOf } from '../../producers/keys/seal.ts';
import { keysSecret } from './operator.ts';

/** What keys are sealed under in tests. */
export { keysSecret };

const apiMain = fileURLToPath(new URL('../../producers/api/main.ts', import.meta.url));

/** An API in a process of its own. Disposing it kills it. */
export interface ApiProcess extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly healthUrl: string;
  readonly pid: number;
  readonly send: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
}

/** Starts `producers/api/main.ts` and waits until it listens. */
export async function startApi(env: NodeJS.ProcessEnv): Promise<ApiProcess> {
  const child = spawn(process.execPath, [apiMain], {
    env: { API_PORT: '0', API_KEYS_SECRET: keysSecret, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const died = ended.then(() => Promise.reject(new Error(`The API did not start:\n${output}`)));
  const [ready] = (await Promise.race([once(child, 'message'), died])) as [
    { port: number; healthPort: number },
  ];
  died.catch(() => undefined);
  return {
    url: `http://127.0.0.1:${ready.port}`,
    port: ready.port,
    healthUrl: `http://127.0.0.1:${ready.healthPort}`,
    pid: child.pid ?? 0,
    send: (signal) => void child.kill(signal),
    ended,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Makes a key that works, or its next generation; needs a worker. */
export async function makeKey(
  client: MatchmakingClient,
  name: string,
  rights: readonly Right[],
  { generation = 1, state = 'active' }: { generation?: number; state?: 'active' | 'revoked' } = {},
) {
  const secret = state === 'active' ? newSecret() : '';
  const sealed = seal({ name, rights: [...rights], generation, state }, secret, keysSecret);
  await client.putApiKey(sealed);
  return { name, secret, token: tokenOf(name, secret), sealed };
}
