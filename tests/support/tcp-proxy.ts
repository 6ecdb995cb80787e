import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Cuts every connection, and refuses new ones. */
  readonly cut: () => Promise<void>;
  /** Takes connections again, on the same port. */
  readonly mend: () => Promise<void>;
  /** Lets nothing through any more, either way, and keeps every connection: a server that hangs. */
  readonly stall: () => void;
}

/**
 * Stands between a client and a server so that a test can cut them apart: on command, or as soon as what the client
 * sends contains `cutAt`.
 */
export async function openProxy(target: string, cutAt?: string): Promise<TcpProxy> {
  let cutting = cutAt;
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let stalled = false;
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    client.on('data', (bytes) => {
      if (cutting && bytes.includes(cutting)) drop();
    });
    if (!stalled) client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    async mend() {
      cutting = undefined;
      if (server.listening) return;
      server.listen(own, '127.0.0.1');
      await once(server, 'listening');
    },
    stall() {
      stalled = true;
      for (const socket of sockets) socket.unpipe();
    },
    async cut() {
      server.close();
      drop();
      if (server.listening) await once(server, 'close');
    },
  };
}
