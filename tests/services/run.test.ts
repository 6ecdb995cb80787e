import { randomUUID } from 'node:crypto';
import { MongoServerError } from 'mongodb';
import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import {
  defineJob,
  done,
  type Envelope,
  type Job,
  later,
  type Outcome,
  refused,
} from '../../jobs/contract.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { duty, type Handler } from '../../workers/runtime/handler.ts';
import { runQueue } from '../../workers/runtime/run.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { openDomain } from '../support/domain.ts';

const work = defineJob({
  kind: 'work',
  queue: 'maintenance',
  item: z.strictObject({ n: z.int() }),
  backoffMs: 1,
  attempts: 3,
});

/** A queue with one worker whose handler each test programs. */
async function openBench(job: Job<{ n: number }> = work) {
  const { domain, redis, ...rest } = await openDomain();
  onTestFinished(() => rest[Symbol.asyncDispose]());
  const queues = openQueues(redis, domain, noTracer, () => undefined);
  onTestFinished(() => queues.close());
  const queue = queues.queues.maintenance;
  const handled: number[][] = [];
  const failed: string[] = [];
  let loginRefused = false;
  let program: Handler<{ n: number }> = async () => done();
  const running = runQueue({
    redis,
    domain,
    queue,
    duties: [
      duty(job, async (items, context) => {
        handled.push(items.map((it) => it.n));
        return program(items, context);
      }),
    ],
    concurrency: 4,
    name: 'bench',
    tracer: noTracer,
    log: pino({ level: 'silent' }),
    onEnd: () => undefined,
    onFailed: (kind) => void failed.push(kind),
    onLoginRefused: () => {
      loginRefused = true;
    },
  });
  let stopped = false;
  const stop = async (graceMs: number) => {
    stopped = true;
    await running.stop(graceMs);
  };
  onTestFinished(async () => {
    if (!stopped) await running.stop(0);
  });
  const send = async (items: unknown[], data: Partial<Envelope> = {}) => {
    const envelope = { kind: job.kind, items, actor: { kind: 'service', name: 'test' }, sentAt: 0, ...data };
    return (
      (
        await queue.add(job.kind, envelope, {
          jobId: randomUUID(),
          attempts: job.attempts,
          backoff: { type: 'capped', delay: 1 },
        })
      ).id ?? ''
    );
  };
  return {
    queue,
    redis,
    handled,
    failed,
    loginRefused: () => loginRefused,
    send,
    stop,
    program: (next: Handler<{ n: number }>) => {
      program = next;
    },
    ended: async (id: string) => {
      const job = await vi.waitFor(
        async () => {
          const found = await queue.getJob(id);
          if (!found?.finishedOn) throw new Error(`job ${id} has not ended`);
          return found;
        },
        { timeout: 20_000, interval: 10 },
      );
      return {
        state: await job.getState(),
        reason: job.failedReason,
        result: job.returnvalue,
        attempts: job.attemptsMade,
      };
    },
  };
}

let bench: Awaited<ReturnType<typeof openBench>>;
beforeEach(async () => {
  bench = await openBench();
});

/** Answers the first calls with `first`, later ones with done. */
const firstly =
  (...first: (() => Promise<Outcome>)[]): Handler<{ n: number }> =>
  async () =>
    (await first.shift()?.()) ?? done('in the end');

describe('what a handler says becomes what the queue shows', () => {
  test('done completes the job with its result', async () => {
    bench.program(async (items) => done(items.length));

    expect(await bench.ended(await bench.send([{ n: 1 }, { n: 2 }]))).toMatchObject({
      state: 'completed',
      result: 2,
    });
  });

  test('refused fails it at once and keeps the reason', async () => {
    bench.program(async () => refused('matchId: unknown'));

    expect(await bench.ended(await bench.send([{ n: 1 }]))).toMatchObject({
      state: 'failed',
      reason: 'matchId: unknown',
      attempts: 1,
    });
    await vi.waitFor(() => expect(bench.failed).toEqual(['work']));
  });

  test('later puts it off and uses no attempt', async () => {
    bench.program(firstly(...Array.from({ length: 5 }, () => async () => later(1, 'not yet'))));

    expect(await bench.ended(await bench.send([{ n: 1 }]))).toMatchObject({
      state: 'completed',
      result: 'in the end',
      attempts: 1,
    });
  });

  test('a refused login puts it off, uses no attempt, and is told', async () => {
    const refusal = new MongoServerError({ message: 'Authentication failed.', code: 18 });
    bench.program(
      firstly(async () => {
        throw refusal;
      }),
    );
    const id = await bench.send([{ n: 1 }]);

    await vi.waitFor(() => expect(bench.loginRefused()).toBe(true));
    expect(await bench.ended(id)).toMatchObject({ state: 'completed', result: 'in the end', attempts: 1 });
  });

  test('a throw is tried again, as often as the contract says', async () => {
    bench.program(async () => {
      throw new Error('the store stumbled');
    });

    expect(await bench.ended(await bench.send([{ n: 1 }]))).toMatchObject({
      state: 'failed',
      reason: 'the store stumbled',
      attempts: 3,
    });
    // Counted once, when it is tried no more: the alarm on failed jobs adds these up.
    await vi.waitFor(() => expect(bench.failed).toEqual(['work']));
  });
});

describe('bad input', () => {
  test.each([
    ['no object', 'nonsense', /must be an object, found text/],
    ['no items', { kind: 'work', actor: { kind: 'service', name: 't' }, sentAt: 0 }, /items/],
    [
      'an unknown kind',
      { kind: 'mischief', items: [{}], actor: { kind: 'service', name: 't' }, sentAt: 0 },
      /kind: mischief/,
    ],
    ['an actor of no kind', { kind: 'work', items: [{ n: 1 }], actor: { kind: 'god' }, sentAt: 0 }, /actor/],
    [
      'too many items',
      { kind: 'work', items: Array(201).fill({ n: 1 }), actor: { kind: 'service', name: 't' }, sentAt: 0 },
      /201 items, at most 200/,
    ],
  ])(
    'an envelope with %s is refused at once, kept with its reason, and the worker lives',
    async (_what, data, reason) => {
      const job = await bench.queue.add('work', data, { attempts: 5 });

      expect(await bench.ended(job.id ?? '')).toMatchObject({
        state: 'failed',
        reason: expect.stringMatching(reason),
        attempts: 1,
      });
      expect(await bench.ended(await bench.send([{ n: 1 }]))).toMatchObject({ state: 'completed' });
    },
  );

  test('a bad item is refused by itself and named by its field; its neighbours are done', async () => {
    const id = await bench.send([{ n: 1 }, { n: 'two' }, { n: 3 }]);

    expect(await bench.ended(id)).toMatchObject({ state: 'completed' });
    expect(bench.handled[0]).toEqual([1, 3]);
    expect(await bench.ended(`${id}-item-1`)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('items[0].n'),
    });
  });

  test('an item the handler refuses is kept with the reason; its neighbours are done', async () => {
    bench.program(async (items) =>
      done(
        undefined,
        items.flatMap(({ n }, index) => (n === 2 ? [{ index, reason: 'n: 2 is taken' }] : [])),
      ),
    );
    const id = await bench.send([{ n: 'bad' }, { n: 1 }, { n: 2 }]);

    expect(await bench.ended(id)).toMatchObject({ state: 'completed' });
    expect(await bench.ended(`${id}-item-2`)).toMatchObject({ state: 'failed', reason: 'n: 2 is taken' });
    expect((await bench.queue.getFailed()).length).toBe(2);
  });

  test('a job that seems to take its worker down each time is refused in the end', async () => {
    const id = await bench.send([{ n: 1 }], { putOff: 0 });
    await bench.ended(id);
    await bench.queue.pause();
    const poison = await bench.queue.add('work', {
      kind: 'work',
      items: [{ n: 666 }],
      actor: { kind: 'service', name: 't' },
      sentAt: 0,
    });
    await bench.redis.hset(bench.queue.toKey(poison.id ?? ''), 'ats', 20);
    await bench.queue.resume();

    expect(await bench.ended(poison.id ?? '')).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('take its worker down'),
    });
  });
});

describe('time and shutdown', () => {
  test('a handler beyond its time is aborted and tried again, even one that ignores its signal', async () => {
    const hasty = await openBench({ ...work, timeoutMs: 20 });
    hasty.program(firstly(() => new Promise<Outcome>(() => undefined)));

    expect(await hasty.ended(await hasty.send([{ n: 1 }]))).toMatchObject({
      state: 'completed',
      result: 'in the end',
      attempts: 2,
    });
  });

  test('stopping lets a running job end', async () => {
    const { promise: working, resolve: onWorking } = Promise.withResolvers<void>();
    const { promise: release, resolve: onRelease } = Promise.withResolvers<void>();
    bench.program(async () => {
      onWorking();
      await release;
      return done('finished');
    });
    const id = await bench.send([{ n: 1 }]);
    await working;
    const stopping = bench.stop(10_000);
    onRelease();
    await stopping;

    expect(await bench.ended(id)).toMatchObject({ state: 'completed', result: 'finished' });
  });

  test('a job still running when the grace period ends is handed back, neither stalled nor with an attempt used', async () => {
    const { promise: working, resolve: onWorking } = Promise.withResolvers<void>();
    bench.program(async () => {
      onWorking();
      return new Promise<Outcome>(() => undefined);
    });
    const id = await bench.send([{ n: 1 }]);
    await working;
    await bench.stop(10);

    const job = await bench.queue.getJob(id);
    expect(await job?.getState()).toBe('waiting');
    expect(job?.attemptsMade).toBe(0);
  });
});
