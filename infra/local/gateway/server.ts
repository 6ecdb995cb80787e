/** The listening side: a loop per driver connection, given to whoever serves it. */

import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ProtocolError } from './wire.ts';

/** Where to listen. */
export interface Door {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** PEM texts. With them the port speaks TLS and nothing else. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
}

/** Serves one connection, numbered from 1, until it ends. `address` is host:port as drivers reach us. */
export type Serve = (socket: Socket, peer: number, address: string) => Promise<void>;

/** Serves until the process ends; resolves with the port taken. */
export async function listen({ host, port, tls }: Door, serve: Serve): Promise<number> {
  let peers = 0;
  let address = '';
  const accept = (socket: Socket) => {
    peers += 1;
    void attend(socket, peers, address, serve);
  };
  const server = tls
    ? createTlsServer({ ...tls, noDelay: true }, accept)
    : createServer({ noDelay: true }, accept);
  server.on('tlsClientError', (error) => console.error(`connection closed before TLS: ${error.message}`));
  const taken = await new Promise<number>((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, host, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
  address = `${host}:${taken}`;
  return taken;
}

/** Settles when the connection is gone. */
async function attend(socket: Socket, peer: number, address: string, serve: Serve): Promise<void> {
  socket.on('error', () => {}); // the loop over it ends by it; an error after its end would otherwise end the process
  try {
    await serve(socket, peer, address);
  } catch (error) {
    if (error instanceof ProtocolError) console.error(`connection ${peer} closed: ${error.message}`);
  } finally {
    socket.destroy();
  }
}

/** Resolves when the bytes are on their way: a driver that does not read is not answered ahead. */
export const send = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    socket.write(bytes, () => resolve());
  });
