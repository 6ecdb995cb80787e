import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { expect, inject, onTestFinished, test } from 'vitest';
import { partNames, variableOf } from '../../infra/local/part.ts';
import { startStack } from '../../infra/local/stack.ts';

const given: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  ...inject('stackEnv'),
};
const addressAt = (variable: string) => new URL(inject('stackEnv')[variable] ?? '').host;

test('what answers is used as it is: nothing is started, and its address is passed on', async () => {
  const told: string[] = [];
  await using stack = await startStack({ env: given, progress: (line) => told.push(line) });

  expect(inject('stackEnv')).toMatchObject(stack.env);
  expect(stack.part('queueRedis').pids).toEqual([]);
  await expect(stack.part('queueRedis').kill()).rejects.toThrow('runs elsewhere');
  expect(told.sort()).toEqual([
    `AWS_ENDPOINT_URL is given: ${addressAt('AWS_ENDPOINT_URL')} answers HTTP`,
    `AWS_XRAY_DAEMON_ADDRESS is given: ${given['AWS_XRAY_DAEMON_ADDRESS']} takes datagrams (UDP: more cannot be known)`,
    `CACHE_REDIS_URL is given: ${addressAt('CACHE_REDIS_URL')} answers PING`,
    `COGNITO_ENDPOINT is given: ${addressAt('COGNITO_ENDPOINT')} answers HTTP`,
    `DOCUMENTDB_URI is given: ${addressAt('DOCUMENTDB_URI')} answers hello`,
    `QUEUE_REDIS_URL is given: ${addressAt('QUEUE_REDIS_URL')} answers PING`,
  ]);
});

test('every part that does not answer is named at once, with variable, address and cause, and without its password', async () => {
  const nobody = await closedPort();
  const message = await refusal({
    QUEUE_REDIS_URL: `redis://fleet:secret@127.0.0.1:${nobody}/?cluster=true`,
    CACHE_REDIS_URL: 'rediss://nosuch.invalid:6379',
    DOCUMENTDB_URI: `mongodb://fleet:secret@127.0.0.1:${nobody}/?directConnection=true`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${nobody}/`,
    COGNITO_ENDPOINT: '127.0.0.1:9229',
    AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${nobody}`,
  });

  expect(message.split('\n').slice(1, -1)).toEqual([
    `  AWS_ENDPOINT_URL (127.0.0.1:${nobody}): connection refused: nothing listens there`,
    `  AWS_XRAY_DAEMON_ADDRESS (127.0.0.1:${nobody}): connection refused: nothing listens there`,
    '  CACHE_REDIS_URL (nosuch.invalid:6379): unknown host',
    '  COGNITO_ENDPOINT (127.0.0.1:9229): it has to begin with http:// or https://',
    `  DOCUMENTDB_URI (127.0.0.1:${nobody}): connection refused: nothing listens there`,
    `  QUEUE_REDIS_URL (127.0.0.1:${nobody}): connection refused: nothing listens there`,
  ]);
});

test('a server of another protocol is not taken for the part', async () => {
  const web = await listen(createHttpServer((_, response) => void response.end()));
  const redis = addressAt('CACHE_REDIS_URL');
  const message = await refusal({
    QUEUE_REDIS_URL: `redis://127.0.0.1:${web}`,
    CACHE_REDIS_URL: `rediss://${redis}`,
    DOCUMENTDB_URI: `mongodb://127.0.0.1:${web}/?directConnection=true`,
    AWS_ENDPOINT_URL: `http://${redis}`,
    COGNITO_ENDPOINT: `http://${addressAt('DOCUMENTDB_URI')}`,
    AWS_XRAY_DAEMON_ADDRESS: 'http://127.0.0.1:2000',
  });

  const notRedis = 'not a Redis, or a wrong scheme: redis:// is without TLS, rediss:// with TLS';
  expect(message.split('\n').slice(1, -1)).toEqual([
    `  AWS_ENDPOINT_URL (${redis}): it does not speak HTTP`,
    '  AWS_XRAY_DAEMON_ADDRESS (127.0.0.1:2000): not an address of the form host:port',
    `  CACHE_REDIS_URL (${redis}): no answer within 5 s: does it speak TLS, as rediss:// says?`,
    `  COGNITO_ENDPOINT (${addressAt('DOCUMENTDB_URI')}): it does not speak HTTP`,
    `  DOCUMENTDB_URI (127.0.0.1:${web}): it closes the connection: not a MongoDB, or one that wants tls=true`,
    `  QUEUE_REDIS_URL (127.0.0.1:${web}): ${notRedis}`,
  ]);
});

test('a server that takes connections and says nothing is given up after five seconds', async () => {
  const silent = await listen(createServer());
  const message = await refusal({
    QUEUE_REDIS_URL: `redis://127.0.0.1:${silent}`,
    DOCUMENTDB_URI: `mongodb://127.0.0.1:${silent}/?directConnection=true`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${silent}`,
  });

  const lines = message.split('\n').slice(1, -1);
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/no answer within 5 s$/);
});

test('a Redis that refuses the login is named with what it said', async () => {
  const url = `redis://nobody:secret@${addressAt('QUEUE_REDIS_URL')}`;

  expect(await refusal({ QUEUE_REDIS_URL: url })).toMatch(/QUEUE_REDIS_URL .*: WRONGPASS/);
});

test('a part that is asked for later is asked then', async () => {
  const env = { ...given, QUEUE_REDIS_URL: `redis://127.0.0.1:${await closedPort()}` };
  await using stack = await startStack({ env, parts: ['cacheRedis'] });

  await expect(stack.start('queueRedis')).rejects.toThrow(/QUEUE_REDIS_URL .* connection refused/);
});

/** What startStack says of servers that cannot be used; it must not get as far as to open a run. */
async function refusal(urls: NodeJS.ProcessEnv): Promise<string> {
  const env = { ...given, ...urls, XDG_CACHE_HOME: '/dev/null' };
  const start = startStack({ env, parts: partNames.filter((name) => variableOf[name] in urls) });
  const error = await start.then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(error?.message).not.toContain('secret');
  return error?.message ?? '';
}

async function listen(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

/** A port that nobody listens at any more. */
async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}
