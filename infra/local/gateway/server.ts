/** The listening side: one loop per driver connection, its requests answered in the order they came. */

import { createServer, type Socket } from 'node:net';
import type { RefusedDocuments } from './commands/refused-documents.ts';
import type { Gateway } from './commands.ts';
import { Cursors } from './cursors.ts';
import { answer } from './dispatch.ts';
import { Postgres } from './postgres.ts';
import { Transactions } from './transactions.ts';
import { encodeReply, Framer, ProtocolError, parseRequest } from './wire.ts';

const host = '127.0.0.1';

/** Serves until the process ends. Port 0 takes a free one; resolves with the port taken. */
export async function listen(
  postgresUrl: string,
  port: number,
  refused: RefusedDocuments = {},
): Promise<number> {
  const postgres = new Postgres(postgresUrl);
  let peers = 0;
  let gateway: Gateway;
  const server = createServer({ noDelay: true }, (socket) => {
    peers += 1;
    void serve(socket, peers, gateway);
  });
  const taken = await new Promise<number>((resolve, reject) => {
    server.on('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
  gateway = {
    postgres,
    transactions: new Transactions(postgres),
    cursors: new Cursors(postgres),
    address: `${host}:${taken}`,
    asked: new Map(),
    refused,
  };
  return taken;
}

/** Settles when the connection is gone and nothing is held for it any more. */
async function serve(socket: Socket, peer: number, gateway: Gateway): Promise<void> {
  const framer = new Framer();
  socket.on('error', () => {}); // the loop below ends by it; an error after its end would otherwise end the process
  try {
    for await (const chunk of socket) {
      for (const message of framer.push(chunk)) {
        const request = parseRequest(message);
        const reply = await answer(request, peer, gateway);
        if (request.wantsReply) await send(socket, encodeReply(request, reply));
      }
    }
  } catch (error) {
    if (error instanceof ProtocolError) console.error(`connection ${peer} closed: ${error.message}`);
  } finally {
    socket.destroy();
    await Promise.all([gateway.cursors.dropPeer(peer), gateway.transactions.dropPeer(peer)]);
  }
}

/** Resolves when the bytes are on their way: a driver that does not read is not answered ahead. */
const send = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    socket.write(bytes, () => resolve());
  });
