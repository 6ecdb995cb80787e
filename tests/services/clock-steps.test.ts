import { Worker } from 'bullmq';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Stack, startStack } from '../../infra/local/stack.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { lockTimes, shortenLocks } from '../../workers/runtime/locks.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { aTicket } from '../support/builders.ts';
import { openDomain } from '../support/domain.ts';
import { openPoolSteps } from '../support/pool-steps.ts';

let stack: Stack;
let domain: Awaited<ReturnType<typeof openPoolSteps>>;

beforeAll(async () => {
  const { PATH, HOME, XDG_CACHE_HOME } = process.env;
  stack = await startStack({
    env: { PATH, HOME, XDG_CACHE_HOME },
    parts: ['queueRedis'],
    movableClock: true,
  });
});
afterAll(() => stack[Symbol.asyncDispose]());

beforeEach(async () => {
  await moveTo(0);
  domain = await openPoolSteps(await openDomain(stack.part('queueRedis').url));
  onTestFinished(() => domain[Symbol.asyncDispose]());
});

const redisTime = async () => Number((await domain.redis.time())[0]) * 1_000;

/** Lets the clock of Redis be so many seconds ahead of the machine's. */
async function moveTo(seconds: number) {
  await stack.part('queueRedis').moveClock?.(seconds);
  if (!domain) return;
  await using probe = await openDomain(stack.part('queueRedis').url);
  const ahead = async () => Number((await probe.redis.time())[0]) - Date.now() / 1_000;
  await expect.poll(async () => Math.abs((await ahead()) - seconds) < 30, { timeout: 5_000 }).toBe(true);
}

describe.each([
  ['back', -3_600],
  ['ahead', 3_600],
])("when Redis' clock steps an hour %s", (_way, seconds) => {
  test('tickets time out when their time is over, and none before (invariants 1 and 9)', async () => {
    await domain.start({ ...aTicket('brief'), timeoutMs: 1_000 }, aTicket('patient'));

    await moveTo(seconds);

    const expired = () => domain.pool.tickets.expire(['brief', 'patient']);
    await expect.poll(expired, { timeout: 5_000 }).toEqual(['brief']);
    expect(await domain.statusOf('patient')).toBe('SEARCHING');
  });

  test('a proposal is dropped when its time is over, and not before', async () => {
    await domain.search('a', 'b', 'c', 'd');
    await domain.pool.matches.commit('duel', [await domain.commitOf('brief', 'a', 'b')], 1_000);
    await domain.pool.matches.commit('duel', [await domain.commitOf('patient', 'c', 'd')], 60_000);

    await moveTo(seconds);

    const statuses = async () => {
      await domain.pool.matches.beat();
      return Promise.all(['a', 'b', 'c', 'd'].map(domain.statusOf));
    };
    await expect
      .poll(statuses, { timeout: 5_000 })
      .toEqual(['CANCELLED', 'CANCELLED', 'REQUIRES_ACCEPTANCE', 'REQUIRES_ACCEPTANCE']);
  });

  test('who was matched in that hour and starts anew is not refused', async () => {
    await domain.search('a', 'b');
    await moveTo(seconds);
    const commit = await domain.commitOf('m', 'a', 'b');
    await domain.pool.matches.commit('duel', [commit]);
    await domain.pool.matches.settle([{ match: commit.match, status: 'COMPLETED', reason: '', message: '' }]);

    expect(await domain.start(aTicket('next', ['a']))).toMatchObject([{ kind: 'searching' }]);
  });

  test('a pool whose time has come is woken, and one whose time has not is left alone', async () => {
    await domain.search('a');
    const { latest } = await domain.pool.mirror.readPool('duel', 0, 10);
    const asOf = { configuration: 'duel', version: 1, position: latest };
    await domain.pool.mirror.rest('duel', asOf, (await domain.now()) + 60_000);
    await moveTo(seconds);
    expect((await domain.pool.matches.beat()).pools).toEqual([]);

    await domain.pool.mirror.rest('duel', asOf, (await domain.now()) + 500);

    await expect
      .poll(async () => (await domain.pool.matches.beat()).pools, { timeout: 5_000 })
      .toEqual(['duel']);
  });

  test('a dead worker holds its job no longer than otherwise', async () => {
    const queues = openQueues(domain.redis, domain.domain, noTracer, () => undefined);
    onTestFinished(queues.close);
    const queue = queues.queues.matchmaking;
    await queue.add('job', {});
    const prefix = queuePrefix(domain.domain, 'matchmaking');
    const dead = new Worker(queue.name, undefined, { connection: domain.redis, prefix, ...lockTimes });
    onTestFinished(() => dead.close());
    const job = await dead.getNextJob('token');
    await dead.startStalledCheckTimer();
    const keys = ['stalled-check', `${job?.id}:lock`].map((name) => queue.toKey(name));
    const left = () => Promise.all(keys.map((key) => domain.redis.pttl(key)));
    await expect.poll(async () => (await left())[0]).toBeGreaterThan(0);

    await moveTo(seconds);
    await shortenLocks(domain.redis, queue);

    const [check = 0, lock = 0] = await left();
    expect(check).toBeLessThanOrEqual(lockTimes.stalledInterval);
    expect(lock).toBeLessThanOrEqual(lockTimes.lockDuration);
  });

  test('users see the time that Redis has', async () => {
    await domain.search('before');
    await moveTo(seconds);
    await domain.search('after');
    await domain.pool.tickets.stop('after');

    const [ticket] = await domain.tickets.describe(['after']);

    for (const moment of [ticket?.startTime, ticket?.endTime])
      expect(Math.abs(Date.parse(moment ?? '') - (await redisTime()))).toBeLessThan(30_000);
  });
});
