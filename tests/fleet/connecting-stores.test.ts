import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { serialize } from 'bson';
import { Cluster, type Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { encodeReply, Framer, parseRequest } from '../../infra/local/gateway/wire.ts';

import { openRedis } from '../../workers/process/redis.ts';
import { openCliHere } from '../support/cli.ts';
import { openClient, queuesOf } from '../support/client-inside.ts';
import { openOddServers, password } from '../support/odd-servers.ts';
import { whyNoWorker } from '../support/why-no-worker.ts';
import { startWorker } from '../support/worker-processes.ts';

/** Some cases wait five seconds for a server that says nothing; on a busy machine, longer. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

let servers: Awaited<ReturnType<typeof openOddServers>>;
beforeAll(async () => {
  servers = await openOddServers();
});
const opened: Server[] = [];
afterAll(async () => {
  for (const server of opened) server.close();
  await servers[Symbol.asyncDispose]();
});

const stack = inject('stackEnv');
const env = { PATH: process.env['PATH'], ...stack, METRICS_SINK: 'none' };

/** Settings with which no worker starts, and what it says of them: the setting, the address, the cause. */
const bad: Readonly<Record<string, () => Promise<[NodeJS.ProcessEnv, ...(string | RegExp)[]]>>> = {
  'a cache of another scheme': async () => [
    { CACHE_REDIS_URL: `http://:${password}@127.0.0.1:1` },
    'CACHE_REDIS_URL',
    'not http://',
  ],
  'a cache that is a web server': async () => [
    { CACHE_REDIS_URL: `redis://:${password}@${servers.web}` },
    `CACHE_REDIS_URL: could not reach the session cache at ${servers.web}`,
    'not a Redis',
  ],
  'a cache that wants another password': async () => [
    { CACHE_REDIS_URL: `redis://:${password}@${servers.locked}` },
    `CACHE_REDIS_URL: could not reach the session cache at ${servers.locked}`,
    'WRONGPASS',
  ],
  'a cache in cluster mode': async () => [
    { CACHE_REDIS_URL: `redis://${servers.cluster}?cluster=true` },
    'CACHE_REDIS_URL',
    'not in cluster mode',
  ],
  'a cache that is the queue by another database': async () => [
    { CACHE_REDIS_URL: `redis://${servers.plain}/1`, QUEUE_REDIS_URL: `redis://${servers.plain}` },
    'CACHE_REDIS_URL',
    'is the queue Redis',
  ],
  'a cache that is the queue by another name': async () => [
    {
      CACHE_REDIS_URL: `redis://${servers.plain.replace('127.0.0.1', 'localhost')}`,
      QUEUE_REDIS_URL: `redis://${servers.plain}`,
    },
    'CACHE_REDIS_URL',
    'is the queue Redis',
  ],
  'queue and cache exchanged': async () => [
    { QUEUE_REDIS_URL: stack['CACHE_REDIS_URL'], CACHE_REDIS_URL: `redis://${servers.plain}` },
    /QUEUE_REDIS_URL.*volatile-lru.*noeviction.*exchanged/,
  ],
  'a queue that was loading its data and then says nothing, by the cause it gave': async () => [
    { QUEUE_REDIS_URL: `redis://${await openLoading()}` },
    'QUEUE_REDIS_URL',
    'it is loading its data',
  ],
  'a DocumentDB on a closed port': async () => [
    { DOCUMENTDB_URI: `mongodb://ann:${password}@127.0.0.1:1/?directConnection=true` },
    'DOCUMENTDB_URI: could not use DocumentDB at 127.0.0.1:1',
    'connection refused',
  ],
  'a DocumentDB on a host nobody knows': async () => [
    { DOCUMENTDB_URI: `mongodb://ann:${password}@nowhere.invalid/?directConnection=true` },
    'DOCUMENTDB_URI: could not use DocumentDB at nowhere.invalid',
    'unknown host',
  ],
  'a DocumentDB of another scheme': async () => [
    { DOCUMENTDB_URI: `http://ann:${password}@127.0.0.1:1/` },
    'DOCUMENTDB_URI',
    'must be a URL starting with mongodb://',
  ],
  'a DocumentDB that is a web server': async () => [
    { DOCUMENTDB_URI: `mongodb://ann:${password}@${servers.web}/?directConnection=true` },
    `DOCUMENTDB_URI: could not use DocumentDB at ${servers.web}`,
    'not a DocumentDB',
  ],
  'a DocumentDB that says nothing': async () => [
    { DOCUMENTDB_URI: `mongodb://ann:${password}@${servers.mute}/?directConnection=true` },
    `DOCUMENTDB_URI: could not use DocumentDB at ${servers.mute}`,
    'timeout',
  ],
  'a DocumentDB that speaks no TLS': async () => {
    const { host } = new URL(stack['DOCUMENTDB_URI'] ?? '');
    return [
      { DOCUMENTDB_URI: `mongodb://ann:${password}@${host}/?directConnection=true&tls=true` },
      `DOCUMENTDB_URI: could not use DocumentDB at ${host}`,
      /wrong scheme|closed by the server/,
    ];
  },
  'a DocumentDB that refuses the login': async () => {
    const host = await openRefusing();
    return [
      { DOCUMENTDB_URI: `mongodb://ann:${password}@${host}/?directConnection=true` },
      `DOCUMENTDB_URI: could not use DocumentDB at ${host}`,
      'authentication failed',
    ];
  },
  'an option that DocumentDB has not': async () => [
    { DOCUMENTDB_URI: `mongodb://ann:${password}@127.0.0.1:1/?retries=3` },
    'DOCUMENTDB_URI: could not use DocumentDB at 127.0.0.1:1',
    'option retries is not supported',
  ],
};

/** A Redis that answers its first connection, and takes the others and says nothing. */
async function openLoading(): Promise<string> {
  let first = true;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const answer = first ? '-LOADING Redis is loading the dataset in memory\r\n' : '';
    first = false;
    socket.on('data', (sent) => socket.write(answer.repeat(String(sent).match(/^\*/gm)?.length ?? 0)));
  });
  return listening(server);
}

/** A server that speaks MongoDB's protocol and refuses every login, as Amazon DocumentDB does. */
async function openRefusing(): Promise<string> {
  const server = createServer((socket) => {
    const framer = new Framer();
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      for (const message of framer.push(bytes)) {
        const request = parseRequest(message);
        const isHello = /hello|ismaster/i.test(message.subarray(16, 80).toString('latin1'));
        const hello = { isWritablePrimary: true, maxWireVersion: 21, minWireVersion: 0, ok: 1 };
        const refusal = {
          ok: 0,
          code: 18,
          codeName: 'AuthenticationFailed',
          errmsg: 'Authentication failed.',
        };
        socket.write(encodeReply(request, serialize(isHello ? hello : refusal)));
      }
    });
  });
  return listening(server);
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  opened.push(server);
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.concurrent('a worker does not start with', () => {
  test.each(Object.entries(bad))(
    '%s, and says so by setting and address, without the password',
    async (_name, settings) => {
      const [more, ...says] = await settings();

      const said = await whyNoWorker({ ...env, ...more });

      for (const part of says) expect(said).toMatch(part);
      expect(said).not.toContain(password);
      expect(said).not.toMatch(/^\s+at /m);
    },
  );
});

test('a worker starts without its cache, which holds nothing that is needed, and names it in the log', async () => {
  await using worker = await startWorker({ ...env, CACHE_REDIS_URL: `redis://:${password}@127.0.0.1:1` });

  const told = worker.log().find((it) => it.msg === 'session cache away');
  expect(JSON.stringify(told)).toMatch(
    /CACHE_REDIS_URL.*session cache at 127\.0\.0\.1:1: connection refused/,
  );
  expect(worker.output()).not.toContain(password);
});

test('a cluster URL keeps a password without a user, and a user with special characters, for all three', async () => {
  const admin = openRedis(`redis://${servers.cluster}?cluster=true`, () => undefined);
  onTestFinished(() => admin.disconnect());
  await admin.info();
  const nodes = (admin as unknown as Cluster).nodes() as Redis[];
  expect(admin).toBeInstanceOf(Cluster);
  for (const node of nodes) {
    await node.call('ACL', 'SETUSER', 'a@b/c', 'on', '>p:%#', '~*', '&*', '+@all');
    await node.config('SET', 'requirepass', password);
  }
  const urls = [`redis://:${password}@${servers.cluster}?cluster=true`];
  urls.push(
    `redis://${encodeURIComponent('a@b/c')}:${encodeURIComponent('p:%#')}@${servers.cluster}?cluster=true`,
  );

  for (const url of urls) {
    await using client = await openClient({ redisUrl: url });
    expect(await queuesOf(client).matchmaking.getWaitingCount()).toBe(0);
    await using worker = await startWorker({ ...env, QUEUE_REDIS_URL: url });
    expect(worker.healthPort).toBeGreaterThan(0);
    const { code, err } = await openCliHere('main', tmpdir(), url)('queue', 'list');
    expect([code, err]).toEqual([0, '']);
  }
});
