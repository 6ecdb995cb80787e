import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { deserialize, serialize } from 'bson';
import { encodeReply, Framer, parseRequest } from '../../infra/local/gateway/wire.ts';
import { makeAuthority } from './authority.ts';

export interface LenientServer extends AsyncDisposable {
  /** host:port; it speaks TLS. */
  readonly address: string;
  /** The commands it was asked for, in order. */
  readonly heard: string[];
}

/**
 * Speaks MongoDB's protocol and refuses nothing: it answers ok, with an empty result. Its certificate goes to
 * `folder`.
 */
export async function openLenientServer(folder: string): Promise<LenientServer> {
  makeAuthority(folder, 'lenient');
  const pem = (name: string) => readFileSync(join(folder, name));
  const heard: string[] = [];
  const sockets = new Set<TLSSocket>();
  const tls = { cert: pem('lenient-server.pem'), key: pem('lenient-server.key') };
  const server = createServer(tls, (socket) => {
    const framer = new Framer();
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const message of framer.push(chunk)) {
        const request = parseRequest(message);
        const [name = ''] = Object.keys(deserialize(request.body));
        heard.push(name);
        if (request.wantsReply) socket.write(encodeReply(request, serialize(answer)));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** To a handshake, a query and a write alike. */
const answer = {
  ok: 1,
  helloOk: true,
  isWritablePrimary: true,
  setName: 'rs0',
  logicalSessionTimeoutMinutes: 30,
  minWireVersion: 0,
  maxWireVersion: 21,
  cursor: { id: 0n, ns: 'lenient.c', firstBatch: [] },
  n: 0,
};
