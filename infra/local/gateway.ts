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

/** What a gateway stands before. */
type Behind = Pick<Part, 'pids' | 'kill' | 'restart'>;

/** DocumentDB: a PostgreSQL with the extension behind the gateway that speaks the MongoDB protocol. */
export async function documentdbBehind(postgres: Server, run: Run): Promise<Part> {
  const gateway = await startGateway(run, ['--postgres', postgresUrl(postgres)]);
  return Object.assign(together(gateway, postgres), {
    refuse: (documents: object) => gateway.tell(documents),
  });
}

/**
 * DocumentDB: another gateway, at host:port, that wants TLS and this login, behind one that refuses as
 * Amazon's does.
 */
export async function documentdbBefore(server: Part, login: string, run: Run): Promise<Part> {
  return together(await startGateway(run, ['--upstream', server.url]), server, `${login}@`);
}

/**
 * Killing or restarting it does so to both. `retryWrites=false` because Amazon DocumentDB refuses them, and
 * so does the gateway.
 */
const together = (gateway: Server, behind: Behind, login = ''): Part => ({
  url: `mongodb://${login}127.0.0.1:${gateway.port}/?directConnection=true&retryWrites=false`,
  get pids() {
    return [...gateway.pids, ...behind.pids];
  },
  async kill(signal) {
    await Promise.all([gateway.kill(signal), behind.kill(signal)]);
  },
  async restart() {
    await gateway.stop();
    await behind.restart();
    await gateway.restart();
  },
});
