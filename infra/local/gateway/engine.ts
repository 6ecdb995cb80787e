/** Connections answered by the engine in PostgreSQL, each one's requests in the order they came. */

import type { Gateway, RefusedDocuments } from './commands.ts';
import { Cursors } from './cursors.ts';
import { answer } from './dispatch.ts';
import { Logins } from './logins.ts';
import { Postgres } from './postgres.ts';
import { type Serve, send } from './server.ts';
import { Transactions } from './transactions.ts';
import { ensureAdministrators } from './users.ts';
import { encodeReply, Framer, parseRequest } from './wire.ts';

/** With administrators everybody has to log in; those that are missing are made first. */
export async function serveFrom(
  postgresUrl: string,
  administrators: ReadonlyMap<string, string>,
  refused: RefusedDocuments = {},
): Promise<Serve> {
  const postgres = new Postgres(postgresUrl);
  await ensureAdministrators(postgres, administrators);
  const parts: Omit<Gateway, 'address'> = {
    postgres,
    transactions: new Transactions(postgres),
    cursors: new Cursors(postgres),
    logins: new Logins(postgres, administrators.size > 0),
    asked: new Map(),
    refused,
  };

  return async (socket, peer, address) => {
    const gateway = { ...parts, address };
    const framer = new Framer();
    try {
      for await (const chunk of socket) {
        for (const message of framer.push(chunk)) {
          const request = parseRequest(message);
          const reply = await answer(request, peer, gateway);
          if (request.wantsReply) await send(socket, encodeReply(request, reply));
        }
      }
    } finally {
      socket.destroy();
      parts.logins.dropPeer(peer);
      await Promise.all([parts.cursors.dropPeer(peer), parts.transactions.dropPeer(peer)]);
    }
  };
}
