/** Starts the gateway: a MongoDB-wire face for the DocumentDB extension of a PostgreSQL. */

import { parseArgs } from 'node:util';
import type { RefusedDocuments } from './commands/refused-documents.ts';
import { listen } from './server.ts';

const usage = `Usage: node infra/local/gateway/main.ts --postgres URL [--port PORT]

  --postgres  postgres://postgres@127.0.0.1:5432/postgres, with the documentdb extension created
  --port      port to listen on at 127.0.0.1; 0, the default, takes a free one

With an IPC channel it sends { ready: true, port } once it listens and ends when the channel does; without one it prints the port.
A message { collection, text } there makes it refuse the documents of that collection that contain the text, {} none.`;

const { values } = parseArgs({
  options: {
    postgres: { type: 'string' },
    port: { type: 'string', default: '0' },
    help: { type: 'boolean' },
  },
});

if (values.help || values.postgres === undefined) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const refused: RefusedDocuments = {};
process.on('message', ({ collection = '', text }: RefusedDocuments) => {
  refused.collection = collection;
  if (text === undefined) delete refused.text;
  else refused.text = text;
});
const port = await listen(values.postgres, Number(values.port), refused);
if (process.send) process.send({ ready: true, port });
else console.log(port);

process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
