import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { openTickets } from '../../producers/starting/tickets.ts';
import { beat } from '../../workers/matchmaking/beat.ts';
import { openPool } from '../../workers/pool/pool.ts';
import { openRedis } from '../../workers/process/redis.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { aTicket } from '../support/builders.ts';
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

/** Tickets a and b search, c and d are in the decided match m; then the store is full. */
async function openFull() {
  const redis = openRedis(stack.env['QUEUE_REDIS_URL'] ?? '', () => undefined);
  onTestFinished(() => redis.disconnect());
  await redis.flushall();
  const [domain, pool] = ['full', openPool(redis, 'full')];
  const [tickets, nothing] = [openTickets(redis, domain), async () => undefined];
  await compared(pool);
  const steps = await openPoolSteps({ domain, redis, pool, tickets, [Symbol.asyncDispose]: nothing });
  await steps.search('a', 'b', 'c', 'd', 'e', 'f');
  const placed = await steps.commitOf('m', 'c', 'd');
  await pool.matches.commit('duel', [placed]);
  const next = await steps.commitOf('n', 'e', 'f');
  await redis.config('SET', 'maxmemory', '1');
  onTestFinished(async () => void (await redis.config('SET', 'maxmemory', '0')));
  return { ...steps, placed, next };
}

test('a full store still ends tickets and frees memory', async () => {
  const { pool, placed, statusOf, redis, key } = await openFull();

  expect(await pool.tickets.stop('a')).toMatchObject({ status: 'CANCELLED' });
  await redis.config('SET', 'maxmemory', '0');
  await changeTicket(redis, key('ticket:b'), { deadline: 1 });
  await redis.config('SET', 'maxmemory', '1');
  expect(await pool.tickets.expire(['b'])).toEqual(['b']);
  expect(
    await pool.matches.settle([{ match: placed.match, status: 'COMPLETED', reason: '', message: '' }]),
  ).toEqual([true]);
  expect(await pool.events.trimEvents({ retentionMs: 0, mostBytes: 0 }, new AbortController().signal)).toBe(
    10,
  );

  expect(await statusOf('b')).toBe('TIMED_OUT');
  expect(await statusOf('c')).toBe('COMPLETED');
});

test('a full store takes no new tickets and decides no new match', async () => {
  const { pool, next, tickets, statusOf } = await openFull();

  await expect(tickets.start([aTicket('new')])).rejects.toThrow(/^OOM jobs\/scripts\//);
  await expect(pool.matches.commit('duel', [next])).rejects.toThrow(/^OOM /);

  expect(await statusOf('e')).toBe('SEARCHING');
});

test('while it is full no cycle can run, and tickets time out all the same (invariant 1)', async () => {
  const { pool, redis, key, domain, statusOf } = await openFull();
  const queues = openQueues(redis, domain, noTracer, () => undefined);
  onTestFinished(queues.close);
  await redis.config('SET', 'maxmemory', '0');
  await changeTicket(redis, key('ticket:b'), { deadline: 1 });
  await redis.zadd(key('due'), 1, 'duel');
  await redis.config('SET', 'maxmemory', '1');

  await beat(pool, queues);

  expect(await statusOf('b')).toBe('TIMED_OUT');
  expect(await statusOf('a')).toBe('SEARCHING');
});
