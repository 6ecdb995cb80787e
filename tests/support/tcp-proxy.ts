import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';

export interface TcpProxy {
  readonly port: number;
  /** Cuts every connection, and refuses new ones. */
  readonly cut: () => Promise<void>;
  /** Takes connections again, on the same port. */
  readonly mend: () => Promise<void>;
  /** Lets nothing through any more, either way, and keeps every connection: a server that hangs. */
  readonly stall: () => void;
  /** Holds what goes through from now on, either way, for so long (ms); 0 ends that. */
  readonly delay: (ms: number) => void;
  /** Leads new connections elsewhere; those there are stay where they are. */
  readonly lead: (target: string) => void;
}

/**
 * Stands between a client and a server so that a test can cut them apart: on command, or as soon as what the
 * client sends contains `cutAt`.
 */
export async function openProxy(target: string, cutAt?: string): Promise<TcpProxy> {
  let cutting = cutAt;
  let { hostname, port } = new URL(target);
  let stalled = false;
  let delayMs = 0;
  const sockets = new Set<Socket>();
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      const gone = () => {
        sockets.delete(socket);
        other.destroy();
      };
      socket
        .setNoDelay()
        .on('error', () => undefined)
        .on('close', gone);
    }
    client.on('data', (bytes) => {
      if (cutting && bytes.includes(cutting)) drop();
    });
    if (stalled) return;
    client.pipe(holding(() => delayMs)).pipe(upstream);
    upstream.pipe(holding(() => delayMs)).pipe(client);
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  return {
    port: own,
    async cut() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      drop();
      await closed;
    },
    async mend() {
      cutting = undefined;
      if (!server.listening) await listen(own);
    },
    stall() {
      stalled = true;
      for (const socket of sockets) socket.unpipe();
    },
    delay(ms) {
      delayMs = ms;
    },
    lead(elsewhere) {
      ({ hostname, port } = new URL(elsewhere));
    },
  };
}

/** Passes bytes on in order, each after the delay in force when it came. */
const holding = (delayMs: () => number) =>
  new Transform({
    transform(bytes, _encoding, pass) {
      const ms = delayMs();
      if (ms > 0) setTimeout(() => pass(null, bytes), ms);
      else pass(null, bytes);
    },
  });
