/**
 * Connections passed on to another server of MongoDB's protocol, byte for byte and logins included. Only what
 * Amazon DocumentDB refuses does not get there: it is answered here.
 */

import type { Socket } from 'node:net';
import { connect } from 'node:tls';
import { deserialize, serialize } from 'bson';
import { type Call, collectionOf, readCall } from './call.ts';
import { alreadyThere, missingInTransaction, neededInTransaction } from './collections.ts';
import { CommandError, failure, toCommandError } from './errors.ts';
import { refuse } from './refusals.ts';
import { type Serve, send } from './server.ts';
import { encodeReply, encodeRequest, Framer, parseRequest, type Request } from './wire.ts';

export interface Upstream {
  readonly host: string;
  readonly port: number;
}

/** A server on this machine may show any certificate. */
const isHere = (host: string) => /^(localhost|127\.[\d.]+|::1)$/.test(host);

/** Always over TLS. */
export const serveBefore = (upstream: Upstream): Serve => {
  return async (client, peer) => {
    const server = connect({ ...upstream, rejectUnauthorized: !isHere(upstream.host) }).setNoDelay();
    const line = new Line(client, server);
    server.on('error', (error) => console.error(`connection ${peer}: the server behind: ${error.message}`));
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
    const framer = new Framer();
    for await (const chunk of client) {
      for (const message of framer.push(chunk)) {
        const request = parseRequest(message);
        const refusal = await refusalOf(request, peer, line);
        if (refusal === undefined) await send(server, message);
        else if (request.wantsReply) await send(client, encodeReply(request, serialize(failure(refusal))));
      }
    }
  };
};

async function refusalOf(request: Request, peer: number, line: Line): Promise<CommandError | undefined> {
  try {
    const call = readCall(request, peer);
    const refusal = refuse(call.name, call.fields, call.statements);
    if (refusal !== undefined) return new CommandError(refusal.code, refusal.message);
    return await refusalByExistence(call, line);
  } catch (error) {
    return toCommandError(error);
  }
}

async function refusalByExistence(call: Call, line: Line): Promise<CommandError | undefined> {
  const { database } = call;
  if (call.name === 'create') {
    const collection = collectionOf(call);
    return (await line.exists(database, collection)) ? alreadyThere(database, collection) : undefined;
  }
  const needed = call.fields.autocommit === false ? neededInTransaction(call) : undefined;
  if (needed === undefined || (await line.existsFor(call, needed)) !== false) return undefined;
  return missingInTransaction(database, needed);
}

/** A driver's connection and ours behind it. */
class Line {
  readonly #server: Socket;
  /** The ids of our own questions count down from 0; those of drivers are positive. */
  #asked = 0;
  #hear: (reply?: Buffer) => void = () => {};
  /** Collections found in one transaction, the last that was looked at. */
  #found = { transaction: '', namespaces: new Set<string>() };

  constructor(client: Socket, server: Socket) {
    this.#server = server;
    const framer = new Framer();
    server.on('data', (chunk) => {
      try {
        // Whole messages only, so that an answer of ours never comes to stand inside one of the server's.
        for (const message of framer.push(chunk)) {
          const responseTo = message.readInt32LE(8);
          if (responseTo === this.#asked && responseTo < 0) this.#hear(message);
          else if (!client.write(message)) server.pause();
        }
      } catch (error) {
        server.destroy(toCommandError(error));
      }
    });
    client.on('drain', () => server.resume());
    server.on('close', () => this.#hear());
  }

  /** Undefined where the server does not say, as before a login. */
  async exists(database: string, collection: string): Promise<boolean | undefined> {
    this.#asked -= 1;
    const question = { listCollections: 1, filter: { name: collection }, nameOnly: true, $db: database };
    const heard = new Promise<Buffer | undefined>((resolve) => {
      this.#hear = resolve;
    });
    await send(this.#server, encodeRequest(this.#asked, serialize(question)));
    const reply = await heard;
    const { ok, cursor } = reply ? deserialize(parseRequest(reply).body) : {};
    return ok === 1 ? cursor.firstBatch.length > 0 : undefined;
  }

  /** As {@link exists}. What was found once in a transaction is not asked for again there. */
  async existsFor({ session, fields, database }: Call, collection: string): Promise<boolean | undefined> {
    const transaction = `${session} ${fields.txnNumber}`;
    if (transaction !== this.#found.transaction) this.#found = { transaction, namespaces: new Set() };
    const namespace = `${database}.${collection}`;
    if (this.#found.namespaces.has(namespace)) return true;
    const found = await this.exists(database, collection);
    if (found) this.#found.namespaces.add(namespace);
    return found;
  }
}
