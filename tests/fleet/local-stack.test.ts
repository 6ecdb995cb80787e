import { fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { CloudWatchClient, ListMetricsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  CognitoIdentityProviderClient,
  CreateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { BatchGetTracesCommand, XRayClient } from '@aws-sdk/client-xray';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { expect, inject, test } from 'vitest';
import { type PartName, variableOf } from '../../infra/local/part.ts';
import { startStack } from '../../infra/local/stack.ts';

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
  await expect
    .poll(
      async () => {
        const { Traces } = await xray.send(new BatchGetTracesCommand({ TraceIds: [trace] }));
        return Traces?.map(({ Segments }) => Segments?.map(({ Id }) => Id));
      },
      { timeout: 20_000 },
    )
    .toEqual([[segment.id]]);
});

test('Cognito makes a user pool', async () => {
  const cognito = new CognitoIdentityProviderClient({ ...aws, endpoint: url('COGNITO_ENDPOINT') });

  const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: 'players' }));

  expect(UserPool?.Name).toBe('players');
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
  const [{ pids, folder }] = (await once(holder, 'message')) as [{ pids: number[]; folder: string }];
  expect(pids.length).toBeGreaterThanOrEqual(parts.length);
  expect(alive(pids)).toEqual(pids);

  holder.kill('SIGKILL');

  await expect.poll(() => alive(pids), { timeout: 10_000 }).toEqual([]);
  await using _next = await startStack({ env: withoutUrls(), parts: ['cognito'] });
  expect(existsSync(folder)).toBe(false);
});

/** This process's environment as if no part ran elsewhere. */
function withoutUrls(): NodeJS.ProcessEnv {
  const urls = new Set<string>(Object.values(variableOf));
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !urls.has(name)));
}

function connect(address: string) {
  // A server that is gone for a moment is what these tests are about.
  const redis = new Redis(address).on('error', () => {});
  return { redis, [Symbol.dispose]: () => redis.disconnect() };
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
