import { once } from 'node:events';
import { createServer } from 'node:net';

/** Somebody else took the port between its choice and its use. */
export class PortTaken extends Error {}

/**
 * How servers say so: Valkey, PostgreSQL, Python and Node in words, Node's UDP sockets by code, Docker its
 * own way.
 */
export const portTakenMessage = /address already in use|EADDRINUSE|port is already allocated/i;

/** Where people expect the servers, by the name each is started under: in Docker, and as programs. */
export const familiarPorts: Readonly<Record<string, number>> = {
  'queue-redis': 6379,
  'cache-redis': 6380,
  gateway: 27_017,
  aws: 5000,
  moto: 5000,
  cognito: 9229,
  'xray-sink': 2000,
};

/**
 * Hands `use` the wanted port if that is free, else one that was free a moment ago; on `PortTaken` tries
 * another, five times in all.
 */
export async function onFreePort<T>(use: (port: number) => Promise<T>, wanted?: number): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const asWanted =
      attempt === 1 && wanted !== undefined ? await freePort(wanted).catch(() => undefined) : undefined;
    try {
      return await use(asWanted ?? (await freePort()));
    } catch (error) {
      if (!(error instanceof PortTaken) || attempt === 5) throw error;
    }
  }
}

/** A TCP port of this machine that nobody listens at: the wanted one or, by default, any. */
async function freePort(wanted = 0): Promise<number> {
  const server = createServer().listen(wanted, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('Cannot find a free port');
  return address.port;
}
