import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { openDatabase } from '../../workers/records/database.ts';
import { makeAuthority } from '../support/authority.ts';
import { openFleet } from '../support/fleet.ts';
import { runWorker } from '../support/worker-processes.ts';

const stack = inject('stackEnv');

let folder: string;
const servers: Server[] = [];
const certificateOf = (authority: string) => join(folder, `${authority}.pem`);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'authorities-'));
  makeAuthority(folder, 'ours');
  makeAuthority(folder, 'theirs');
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A server of the stack behind TLS; returns its port. */
async function behindTls(url: string): Promise<number> {
  const { hostname, port } = new URL(url);
  const server = createServer(
    {
      key: readFileSync(join(folder, 'ours-server.key')),
      cert: readFileSync(join(folder, 'ours-server.pem')),
    },
    (client) => {
      const upstream = connect(Number(port), hostname);
      const drop = () => {
        client.destroy();
        upstream.destroy();
      };
      for (const socket of [client, upstream]) socket.on('error', drop).on('close', drop);
      client.pipe(upstream).pipe(client);
    },
  );
  server.on('tlsClientError', () => undefined);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function secured() {
  const { QUEUE_REDIS_URL = '', CACHE_REDIS_URL = '', DOCUMENTDB_URI = '' } = stack;
  const database = new URL(DOCUMENTDB_URI);
  database.port = `${await behindTls(DOCUMENTDB_URI)}`;
  database.searchParams.set('tls', 'true');
  return {
    queue: `rediss://localhost:${await behindTls(QUEUE_REDIS_URL)}`,
    cache: `rediss://localhost:${await behindTls(CACHE_REDIS_URL)}`,
    database: (authority: string) => `${database.href}&tlsCAFile=${certificateOf(authority)}`,
  };
}

test('a worker reaches Valkey and DocumentDB over TLS by a private authority', async () => {
  await using fleet = await openFleet();
  const { queue, cache, database } = await secured();
  await fleet.startWorker({
    QUEUE_REDIS_URL: queue,
    CACHE_REDIS_URL: cache,
    DOCUMENTDB_URI: database('ours'),
    NODE_EXTRA_CA_CERTS: certificateOf('ours'),
  });

  const { sessionId } = await fleet.client.createSession({ playerId: fleet.own('ann') });
  await vi.waitFor(async () => expect(await fleet.client.describeSession(sessionId)).toBeDefined(), 15_000);
});

test('a client that does not know the authority of Valkey is refused, and one that knows another too', async () => {
  const { queue } = await secured();
  const client = new URL('../../producers/client.ts', import.meta.url).href;
  const program = `import { openClient } from '${client}';
    await openClient({ redisUrl: '${queue}' }).then(
      (it) => (console.log('connected'), it[Symbol.asyncDispose]()),
      (error) => console.log(error.code));`;
  const outcome = async (more: NodeJS.ProcessEnv) => {
    const env = { PATH: process.env['PATH'], ...more };
    const args = ['--input-type=module', '--eval', program];
    return (await promisify(execFile)(process.execPath, args, { env })).stdout.trim();
  };

  expect(await outcome({})).toBe('unavailable');
  expect(await outcome({ NODE_EXTRA_CA_CERTS: certificateOf('theirs') })).toBe('unavailable');
  expect(await outcome({ NODE_EXTRA_CA_CERTS: certificateOf('ours') })).toBe('connected');
});

test('a worker that trusts another authority is refused by DocumentDB', async () => {
  const { database } = await secured();

  await expect(openDatabase(database('theirs'), 'nowhere')).rejects.toThrow(
    /certificate|signature|self.signed/i,
  );
  const { code, stderr } = await runWorker({
    PATH: process.env['PATH'],
    ...stack,
    DOCUMENTDB_URI: database('theirs'),
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/could not start: .*certificate/i);
});
