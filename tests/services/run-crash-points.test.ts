import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { defineJob, done, seal } from '../../jobs/contract.ts';
import { replyKey } from '../../jobs/keys.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { duty } from '../../workers/runtime/handler.ts';
import { runQueue } from '../../workers/runtime/run.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { openDomain } from '../support/domain.ts';
import { everyDeath } from '../support/mortal.ts';

const work = defineJob({
  kind: 'work',
  queue: 'maintenance',
  item: z.strictObject({ n: z.int() }),
  backoffMs: 1,
  attempts: 3,
});

type Method = (...args: unknown[]) => Promise<unknown>;
/** What comes before each call of a method, and after it. */
type Around = (place: string, call: () => Promise<unknown>) => Promise<unknown>;

const surround = (target: object, name: string, method: string, around: { readonly at: Around }) => {
  const call = Reflect.get(target, method) as Method;
  Reflect.set(target, method, (...args: unknown[]) =>
    around.at(`${name}.${method}`, () => Reflect.apply(call, target, args)),
  );
};

/** The queue gives the job to the next who asks, as it does a dead worker's once its lock is over. */
test('a worker that dies at answering its caller, or at keeping what it refused, leaves both to the next: one answer, each refusal once (invariant 9)', async () => {
  await using fleet = await openDomain();
  const { domain, redis } = fleet;
  const [senders, workers] = [0, 1].map(() => openQueues(redis, domain, noTracer, () => undefined));
  const around: { at: Around } = { at: (_place, call) => call() };
  const { maintenance: queue } = senders!.queues;
  surround(redis, 'redis', 'set', around);
  surround(workers!.queues.maintenance, 'queue', 'add', around);
  const running = runQueue({
    redis,
    domain,
    queue: workers!.queues.maintenance,
    duties: [duty(work, async (items) => done(items.length))],
    concurrency: 1,
    name: 'bench',
    tracer: noTracer,
    log: pino({ level: 'silent' }),
    onEnd: () => undefined,
    onFailed: () => undefined,
    onLoginRefused: () => undefined,
  });
  onTestFinished(async () => {
    await running.stop(0);
    await Promise.all([senders!.close(), workers!.close()]);
  });

  let n = 0;
  const died = await everyDeath(async (death) => {
    let calls = 0;
    around.at = async (place, call) => {
      const dies = ++calls === death.call;
      if (dies) death.place = place;
      if (dies && death.when === 'before') throw new Error('the worker died here');
      const result = await call();
      if (dies) throw new Error('the worker died here');
      return result;
    };
    const jobId = `job-${++n}`;
    const items = [{ n: 1 }, { n: 'one' }, { n: 2 }, { n: 'two' }];
    const envelope = seal<unknown>(work, items, {
      actor: { kind: 'service', name: 'test' },
      sentAt: 0,
      reply: true,
    });
    await queue.add(work.kind, envelope, { jobId, attempts: 3, backoff: { type: 'capped', delay: 1 } });

    const where = `died ${death.when} call ${death.call}`;
    await vi.waitFor(
      async () => {
        expect(await (await queue.getJob(jobId))?.getState(), where).toBe('completed');
        expect(await queue.getFailedCount(), where).toBe(2 * n);
      },
      { timeout: 20_000, interval: 10 },
    );
    const kept = [1, 3].map((index) => queue.getJob(`${jobId}-item-${index}`));
    expect(
      (await Promise.all(kept)).map((job) => job?.data.items),
      where,
    ).toEqual([[items[1]], [items[3]]]);
    const reply = await redis.get(replyKey(domain, 'maintenance', jobId));
    expect(JSON.parse(reply ?? '{}'), where).toEqual({ result: 2 });
    return death.place;
  });

  expect(died).toEqual(['redis.set', 'queue.add', 'queue.add']);
});
