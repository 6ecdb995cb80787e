import { fileURLToPath } from 'node:url';
import type { Part } from './part.ts';
import type { Run } from './run.ts';
import { type Server, startServer } from './server.ts';

const program = fileURLToPath(new URL('gateway/main.ts', import.meta.url));

/**
 * DocumentDB: a PostgreSQL with the extension behind the gateway that speaks the MongoDB protocol. Killing or
 * restarting it does so to both. `retryWrites=false` because Amazon DocumentDB refuses them, and so does the gateway.
 */
export async function documentdbBehind(postgres: Server, run: Run): Promise<Part> {
  const gateway = await startServer(run, {
    name: 'gateway',
    ipc: true,
    ready: 'message',
    command: (port) => [
      ...[process.execPath, program, '--port', `${port}`],
      ...['--postgres', `postgres://postgres@127.0.0.1:${postgres.port}/postgres`],
    ],
  });
  return {
    url: `mongodb://127.0.0.1:${gateway.port}/?directConnection=true&retryWrites=false`,
    get pids() {
      return [...gateway.pids, ...postgres.pids];
    },
    async kill(signal) {
      await Promise.all([gateway.kill(signal), postgres.kill(signal)]);
    },
    refuse: (documents) => gateway.tell(documents),
    async restart() {
      await gateway.stop();
      await postgres.restart();
      await gateway.restart();
    },
  };
}
