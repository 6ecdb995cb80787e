import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createConnection } from 'node:net';
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { PartName } from '../../infra/local/part.ts';
import { startStack } from '../../infra/local/stack.ts';
import { passwordFlow, playerClient, playerPool } from '../../infra/player-pool.ts';
import { createIdentity } from '../../producers/identity/identity.ts';
import { withoutUrls } from '../support/without-urls.ts';

const env = inject('stackEnv');
const url = (variable: string) => env[variable] ?? '';
const aws = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const atAws = { ...aws, endpoint: url('AWS_ENDPOINT_URL') };

test('the queue never evicts and writes a log, the cache evicts what may expire', async () => {
  using queue = connect(url('QUEUE_REDIS_URL'));
  using cache = connect(url('CACHE_REDIS_URL'));

  expect(await queue.redis.info('memory')).toContain('maxmemory_policy:noeviction');
  expect(await queue.redis.info('persistence')).toContain('aof_enabled:1');
  expect(await cache.redis.info('memory')).toContain('maxmemory_policy:volatile-lru');
  expect(await cache.redis.info('memory')).not.toContain('maxmemory:0\r');
});

test('DocumentDB stores a document and finds it again', async () => {
  await using client = await new MongoClient(url('DOCUMENTDB_URI')).connect();
  const players = client.db('local-stack').collection('players');

  const { insertedId } = await players.insertOne({ rating: 1500 });

  expect(await players.findOne({ _id: insertedId })).toEqual({ _id: insertedId, rating: 1500 });
});

test('CloudWatch takes a metric', async () => {
  const cloudWatch = new CloudWatchClient(atAws);

  await cloudWatch.send(
    new PutMetricDataCommand({ Namespace: 'LocalStack', MetricData: [{ MetricName: 'Answers', Value: 1 }] }),
  );

  const { Metrics } = await cloudWatch.send(new ListMetricsCommand({ Namespace: 'LocalStack' }));
  expect(Metrics?.map(({ MetricName }) => MetricName)).toEqual(['Answers']);
});

test('a segment sent to the X-Ray daemon becomes a trace', async () => {
  const [address, port] = url('AWS_XRAY_DAEMON_ADDRESS').split(':');
  const now = Date.now() / 1000;
  const trace = `1-${Math.floor(now).toString(16)}-000000000000000000000001`;
  const segment = { name: 'worker', id: '1000000000000001', trace_id: trace, start_time: now, end_time: now };
  const header = { format: 'json', version: 1 };

  const socket = createSocket('udp4');
  socket.send(`${JSON.stringify(header)}\n${JSON.stringify(segment)}`, Number(port), address, () =>
    socket.close(),
  );

  const xray = new XRayClient(atAws);
  const segments = async () => {
    const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [trace] }));
    return Traces?.map(({ Segments }) => Segments?.map(({ Id }) => Id));
  };
  await expect.poll(segments, { timeout: 20_000 }).toEqual([[segment.id]]);
});

test('Cognito has the user pool and client of infra/player-pool.ts, with the password flow beside', async () => {
  const cognito = new CognitoIdentityProviderClient({ ...aws, endpoint: url('COGNITO_ENDPOINT') });
  const UserPoolId = url('USER_POOL_ID');

  const { UserPool: pool } = await cognito.send(new DescribeUserPoolCommand({ UserPoolId }));
  // The emulator does not tell these.
  const { UserPoolTier: _tier, UserAttributeUpdateSettings: _updates, ...known } = playerPool;
  expect(pool).toMatchObject(known);

  const ClientId = url('USER_POOL_CLIENT_ID');
  const { UserPoolClient: client } = await cognito.send(
    new DescribeUserPoolClientCommand({ UserPoolId, ClientId }),
  );
  const { GenerateSecret: _none, ...kept } = playerClient;
  expect(client).toMatchObject({ ...kept, ExplicitAuthFlows: [...kept.ExplicitAuthFlows, passwordFlow] });
  expect(client).not.toHaveProperty('ClientSecret');
});

test('Cognito keeps its pool and its players over a restart', async () => {
  await using stack = await startStack({ env: withoutUrls(), parts: ['cognito'] });
  const { COGNITO_ENDPOINT: endpoint = '', USER_POOL_ID: userPoolId = '', ...more } = stack.env;
  const { AWS_REGION: region = '', USER_POOL_CLIENT_ID: clientId = '', CODE_FROM_MAIL: code = '' } = more;
  const identity = createIdentity({
    ...{ region, userPoolId, clientId, endpoint, flow: 'password' },
    issuer: `${endpoint}/${userPoolId}`,
  });
  const player = { email: 'ann@example.com', password: 'Correct-horse-7' };
  const { playerId } = await identity.register(player);

  await stack.part('cognito').restart();
  await identity.confirm({ email: player.email, code });

  expect(await identity.authenticate(player)).toMatchObject({ playerId });
  expect(stack.env).toMatchObject({ USER_POOL_ID: userPoolId, USER_POOL_CLIENT_ID: clientId });
});

test('nothing is made on a Cognito elsewhere: its pool is named beside its address, or that is asked for', async () => {
  const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const elsewhere = { COGNITO_ENDPOINT: `http://127.0.0.1:${port}` };
  const pool = { USER_POOL_ID: 'us-east-1_pool', USER_POOL_CLIENT_ID: 'game' };
  const said: string[] = [];
  const asked = (line: string) => /set USER_POOL_ID and USER_POOL_CLIENT_ID/.test(line);
  const start = (env: NodeJS.ProcessEnv) =>
    startStack({ env, parts: ['cognito'], progress: (line) => said.push(line) });

  await using named = await start({ ...withoutUrls(), ...elsewhere, ...pool });
  expect(named.env).toMatchObject({ ...elsewhere, ...pool });
  expect(said.filter(asked)).toEqual([]);

  const { USER_POOL_ID: _, ...rest } = {
    ...withoutUrls(),
    ...elsewhere,
    USER_POOL_CLIENT_ID: 'game',
  } as NodeJS.ProcessEnv;
  await using nameless = await start(rest);
  expect(nameless.env).not.toHaveProperty('USER_POOL_ID');
  expect(said.filter(asked)).toHaveLength(1);
});

test('a crashed queue comes back at the same address with what it had acknowledged', async () => {
  await using stack = await startStack({ env: withoutUrls(), parts: ['queueRedis'], durability: 'always' });
  const part = stack.part('queueRedis');
  using queue = connect(part.url);
  await queue.redis.set('ticket', 'waiting');

  await part.kill('SIGKILL');
  expect(part.pids).toEqual([]);
  await part.restart();

  expect(await queue.redis.get('ticket')).toBe('waiting');
});

test('stacks started at once do not meet, and start their other parts when asked', async () => {
  await using one = await startStack({ env: withoutUrls(), parts: [] });
  await using other = await startStack({ env: withoutUrls(), parts: [] });

  const parts = await Promise.all([one, one, other].map((stack) => stack.start('cacheRedis')));

  expect(parts[0]).toBe(parts[1]);
  expect(parts[0]?.url).not.toBe(parts[2]?.url);
});

test('a killed process takes its servers along, and the next run removes its folder', async () => {
  const parts: PartName[] = ['queueRedis', 'documentdb', 'cognito', 'xrayDaemon'];
  const holder = fork(new URL('../support/hold-stack.ts', import.meta.url), parts, { env: withoutUrls() });
  const [{ pids, folder, env }] = (await once(holder, 'message')) as [
    { pids: number[]; folder: string; env: Record<string, string> },
  ];
  // A container has no process of ours to look at: it is gone when nobody listens at its port.
  const ports = ['QUEUE_REDIS_URL', 'DOCUMENTDB_URI'].map((name) => Number(new URL(env[name] ?? '').port));
  expect(pids).not.toEqual([]);
  expect(alive(pids)).toEqual(pids);
  expect(await listening(ports)).toEqual(ports);

  holder.kill('SIGKILL');

  await expect.poll(() => alive(pids), { timeout: 10_000 }).toEqual([]);
  await expect.poll(() => listening(ports), { timeout: 30_000 }).toEqual([]);
  await using _next = await startStack({ env: withoutUrls(), parts: ['cognito'] });
  expect(existsSync(folder)).toBe(false);
});

function connect(address: string) {
  // A server that is gone for a moment is what these tests are about.
  const redis = new Redis(address).on('error', () => {});
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
}

/** Those of this machine's ports at which somebody listens. */
async function listening(ports: readonly number[]): Promise<readonly number[]> {
  const answers = await Promise.all(
    ports.map((port) => {
      const socket = createConnection({ port, host: '127.0.0.1' });
      return once(socket, 'connect')
        .then(
          () => true,
          () => false,
        )
        .finally(() => socket.destroy());
    }),
  );
  return ports.filter((_, index) => answers[index]);
}

/** Those of the processes that run. A zombie, dead but not yet collected, does not. */
function alive(pids: readonly number[]): readonly number[] {
  return pids.filter((pid) => {
    try {
      process.kill(pid, 0);
      return !existsSync('/proc/self') || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  });
}
