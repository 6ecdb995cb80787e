import { once } from 'node:events';
import { createServer } from 'node:net';

/** Somebody else took the port between its choice and its use. */
export class PortTaken extends Error {}

/** How servers say so: Valkey, PostgreSQL, Python and Node in words, Node's UDP sockets by code, Docker its own way. */
export const portTakenMessage = /address already in use|EADDRINUSE|port is already allocated/i;

/** Hands `use` a port that was free a moment ago; on `PortTaken` tries another, five times in all. */
export async function onFreePort<T>(use: (port: number) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await use(await freePort());
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === 5) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}
