import { MongoNetworkError } from 'mongodb';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { defineJob, done } from '../../jobs/contract.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { duty } from '../../workers/runtime/handler.ts';
import { runQueue } from '../../workers/runtime/run.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { openDomain } from '../support/domain.ts';

/** Work as the clock adds it: one attempt, since the next slot does it again. */
const upkeep = { kind: 'upkeep', queue: 'maintenance', item: z.strictObject({}), attempts: 1 } as const;

async function openUpkeep(timeoutMs: number, recordAnswers: boolean, work: () => Promise<void>) {
  const { domain, redis, ...rest } = await openDomain();
  onTestFinished(() => rest[Symbol.asyncDispose]());
  const queues = openQueues(redis, domain, noTracer, () => undefined);
  onTestFinished(() => queues.close());
  const queue = queues.queues.maintenance;
  const ended: string[] = [];
  const handle = async () => {
    await work();
    return done();
  };
  const running = runQueue({
    redis,
    domain,
    queue,
    duties: [duty(defineJob({ ...upkeep, timeoutMs }), handle)],
    concurrency: 1,
    name: 'upkeep',
    tracer: noTracer,
    log: pino({ level: 'silent' }),
    onEnd: (_kind, outcome) => void ended.push(outcome),
    onFailed: () => undefined,
    recordAnswers: async () => recordAnswers,
    onLoginRefused: () => undefined,
  });
  onTestFinished(() => running.stop(0));
  const actor = { kind: 'service', name: 'test' };
  await queue.add('upkeep', { kind: 'upkeep', items: [{}], actor, sentAt: 0 }, { attempts: 1 });
  await vi.waitFor(() => expect(ended).toHaveLength(1), { timeout: 20_000, interval: 10 });
  return vi.waitFor(async () => {
    const { active = 0, failed, completed } = await queue.getJobCounts('active', 'failed', 'completed');
    expect(active).toBe(0);
    return { failed, completed };
  });
}

const hangs = () => new Promise<void>(() => undefined);
const isAway = async () => {
  throw new MongoNetworkError('connection 3 to 127.0.0.1:27017 closed');
};

test('upkeep that cannot reach DocumentDB leaves no dead letter', async () => {
  expect(await openUpkeep(30_000, true, isAway)).toEqual({ failed: 0, completed: 1 });
});

test('nor does upkeep that a hanging DocumentDB holds up', async () => {
  expect(await openUpkeep(50, false, hangs)).toEqual({ failed: 0, completed: 1 });
});

test('upkeep that takes too long while DocumentDB answers is kept as failed: that is a fault of ours', async () => {
  expect(await openUpkeep(50, true, hangs)).toEqual({ failed: 1, completed: 0 });
});
