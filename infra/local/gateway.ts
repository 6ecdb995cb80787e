import { fileURLToPath } from 'node:url';
import type { Part } from './part.ts';
import type { Run } from './run.ts';
import { type Server, startServer } from './server.ts';

const program = fileURLToPath(new URL('gateway/main.ts', import.meta.url));

/** Starts the gateway with these options beside its port; `gateway/main.ts --help` has them. */
export const startGateway = (run: Run, options: readonly string[], name = 'gateway'): Promise<Server> =>
  startServer(run, {
    name,
    ipc: true,
    ready: 'message',
    command: (port) => [process.execPath, program, '--port', `${port}`, ...options],
  });

export const postgresUrl = ({ port }: Server): string => `postgres://postgres@127.0.0.1:${port}/postgres`;

/**
 * DocumentDB: a PostgreSQL with the extension behind the gateway that speaks the MongoDB protocol. Killing or
 * restarting it does so to both. `retryWrites=false` because Amazon DocumentDB refuses them, and so does the gateway.
 */
export async function documentdbBehind(postgres: Server, run: Run): Promise<Part> {
  const gateway = await startGateway(run, ['--postgres', postgresUrl(postgres)]);
  return {
    url: `mongodb://127.0.0.1:${gateway.port}/?directConnection=true&retryWrites=false`,
    get pids() {
      return [...gateway.pids, ...postgres.pids];
    },
    async kill(signal) {
      await Promise.all([gateway.kill(signal), postgres.kill(signal)]);
    },
    async restart() {
      await gateway.stop();
      await postgres.restart();
      await gateway.restart();
    },
  };
}
