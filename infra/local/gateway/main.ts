/**
 * Starts the gateway: a MongoDB-wire face for the DocumentDB extension of a PostgreSQL, or a guard before
 * another.
 */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { RefusedDocuments } from './commands.ts';
import { serveFrom } from './engine.ts';
import { serveBefore } from './forward.ts';
import { listen } from './server.ts';
import { readAdministrators } from './users.ts';

const usage = `Usage: node infra/local/gateway/main.ts (--postgres URL | --upstream HOST:PORT) [options]

  --postgres  postgres://postgres@127.0.0.1:5432/postgres, with the documentdb extension created
  --upstream  another gateway to pass everything on to, over TLS, but for what Amazon DocumentDB refuses. Its
              certificate is verified unless it is on this machine
  --host      address to listen on; default 127.0.0.1
  --port      port to listen on; 0, the default, takes a free one
  --tls-cert, --tls-key
              PEM files, both or none: with them the port speaks TLS and nothing else
  --users     with --postgres only: file of administrators, name:password a line. With it everybody logs in by SCRAM-SHA-256. Users are
              kept in PostgreSQL: who is there keeps the password that updateUser may have changed. Default: no logins

With an IPC channel it sends { ready: true, port } once it listens and ends when the channel does; without one it prints the port.
A message { collection, text } there makes it refuse the documents of that collection that contain the text, {} none.`;

const { values } = parseArgs({
  options: {
    postgres: { type: 'string' },
    upstream: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
    users: { type: 'string' },
    help: { type: 'boolean' },
  },
});

const { postgres, upstream, users, 'tls-cert': cert, 'tls-key': key } = values;
const [, upstreamHost = '', upstreamPort = ''] = /^\[?(.+?)\]?:(\d+)$/.exec(upstream ?? '') ?? [];
const serves = upstream === undefined ? postgres !== undefined : !postgres && !users && upstreamHost !== '';
if (values.help || !serves || (cert === undefined) !== (key === undefined)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const refused: RefusedDocuments = {};
process.on('message', ({ collection = '', text }: RefusedDocuments) => {
  refused.collection = collection;
  if (text === undefined) delete refused.text;
  else refused.text = text;
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
process.on('disconnect', () => process.exit(0));

const administrators = users ? readAdministrators(readFileSync(users, 'utf8')) : new Map<string, string>();
const tls = cert && key ? { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') } : undefined;
const serve =
  postgres === undefined
    ? serveBefore({ host: upstreamHost, port: Number(upstreamPort) })
    : await serveFrom(postgres, administrators, refused);
const port = await listen({ host: values.host, port: Number(values.port), tls }, serve);
if (process.send) process.send({ ready: true, port });
else console.log(port);
