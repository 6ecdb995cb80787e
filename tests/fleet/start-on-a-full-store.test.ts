import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { servedKey } from '../../jobs/keys.ts';
import { openTickets } from '../../producers/starting/tickets.ts';
import { openPool } from '../../workers/pool/pool.ts';
import { workerEnvironment } from '../../workers/process/config.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { startWorker } from '../../workers/process/worker.ts';
import { changeTicket } from '../support/change-ticket.ts';
import { compared } from '../support/domain.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

/** A server of this file's own: it is full for a while, which would disturb every other test. */
let stack: Stack;
beforeAll(async () => {
  const urls = new Set(Object.keys(inject('stackEnv')));
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !urls.has(name)));
  stack = await startStack({ env, parts: ['queueRedis'] });
});
afterAll(() => stack[Symbol.asyncDispose]());

const configOf = (domain: string, url: string) =>
  workerEnvironment.parse({
    ...inject('stackEnv'),
    QUEUE_REDIS_URL: url,
    DOMAIN: domain,
    DOCUMENTDB_DATABASE: domain.replaceAll('-', '_'),
    LOG_LEVEL: 'silent',
    METRICS_SINK: 'none',
    GRACE_MS: '100',
    AWS_XRAY_DAEMON_ADDRESS: undefined,
  });

test('a worker that starts while the queue Redis is full times tickets out, and makes up for what was refused (invariant 1)', async () => {
  const domain = `full-start-${process.pid}`;
  const url = stack.env['QUEUE_REDIS_URL'] ?? '';
  const redis = openRedis(url, () => undefined);
  const pool = openPool(redis, domain);
  await compared(pool);
  const nothing = async () => undefined;
  const held = { domain, redis, pool, tickets: openTickets(redis, domain), [Symbol.asyncDispose]: nothing };
  const { search, statusOf, key } = await openPoolSteps(held);
  await search('late', 'waits');
  await changeTicket(redis, key('ticket:late'), { deadline: 1 });
  await redis.zadd(key('due'), 1, 'duel');
  await redis.config('SET', 'maxmemory', '1');

  const worker = await startWorker(configOf(domain, url), {});

  await vi.waitFor(async () => expect(await statusOf('late')).toBe('TIMED_OUT'), { timeout: 30_000 });
  expect(await statusOf('waits')).toBe('SEARCHING');
  expect(await redis.exists(servedKey(domain))).toBe(0);

  await redis.config('SET', 'maxmemory', '0');

  await vi.waitFor(async () => expect(await redis.exists(servedKey(domain))).toBe(1), { timeout: 30_000 });
  const queue = new Queue('maintenance', { connection: redis, prefix: `{${domain}.maintenance}` });
  expect((await queue.getJobSchedulers()).map((it) => it.key)).toContain('apply-commands');
  await queue.close();
  await worker.stop();
  redis.disconnect();
});
