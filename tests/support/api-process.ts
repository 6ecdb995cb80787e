import { fileURLToPath } from 'node:url';
import type { Right } from '../../jobs/maintenance/api-keys.ts';
import type { FleetClient } from '../../producers/client.ts';
import { newSecret, seal, tokenOf } from '../../producers/keys/seal.ts';
import { keysSecret } from './operator.ts';
import { startProgram } from './program.ts';

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
  const { ready, ended, ...program } = await startProgram<{ port: number; healthPort: number }>(
    'The API',
    apiMain,
    { API_PORT: '0', API_KEYS_SECRET: keysSecret, ...env },
  );
  return {
    ...program,
    url: `http://127.0.0.1:${ready.port}`,
    port: ready.port,
    healthUrl: `http://127.0.0.1:${ready.healthPort}`,
    ended: ended.then(({ code }) => code),
  };
}

/** Makes a key that works, or its next generation; needs a worker. */
export async function makeKey(
  client: FleetClient,
  name: string,
  rights: readonly Right[],
  { generation = 1, state = 'active' }: { generation?: number; state?: 'active' | 'revoked' } = {},
) {
  const secret = state === 'active' ? newSecret() : '';
  const sealed = seal({ name, rights: [...rights], generation, state }, secret, keysSecret);
  await client.putApiKey(sealed);
  return { name, secret, token: tokenOf(name, secret), sealed };
}
