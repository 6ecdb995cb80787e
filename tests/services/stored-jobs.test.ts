import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineJob, done } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { openFailedJobs } from '../../workers/maintenance/failed-jobs.ts';
import type { FleetReport } from '../../workers/maintenance/publish-reports.ts';
import { reportQueues } from '../../workers/maintenance/report-queue-length.ts';
import { openPool } from '../../workers/pool/pool.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { duty } from '../../workers/runtime/handler.ts';
import { runQueue } from '../../workers/runtime/run.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { openCliHere } from '../support/cli.ts';
import { openDomain } from '../support/domain.ts';

const work = defineJob({
  kind: 'work',
  queue: 'maintenance',
  item: z.strictObject({ n: z.int() }),
  attempts: 1,
});
const envelope = (n: number) => ({
  kind: 'work',
  items: [{ n }],
  actor: { kind: 'service', name: 'test' },
  sentAt: 0,
});

/** One queue with one worker for all tests: it has to live through every one of them. */
const opened = new AsyncDisposableStack();
let domain: string;
let redis: Awaited<ReturnType<typeof openDomain>>['redis'];
let queues: ReturnType<typeof openQueues>['queues'];
let queue: (typeof queues)['maintenance'];
let failed: string[] = [];
const handled: number[] = [];
beforeAll(async () => {
  const own = opened.use(await openDomain());
  ({ domain, redis } = own);
  const all = openQueues(redis, domain, noTracer, () => undefined);
  opened.defer(() => all.close());
  ({ queues } = all);
  queue = queues.maintenance;
  const running = runQueue({
    redis,
    domain,
    queue,
    duties: [
      duty(work, async (items) => {
        handled.push(...items.map((it) => it.n));
        return done();
      }),
    ],
    concurrency: 2,
    name: 'one',
    tracer: noTracer,
    log: pino({ level: 'silent' }),
    onEnd: () => undefined,
    onFailed: (kind) => void failed.push(kind),
    onLoginRefused: () => undefined,
  });
  opened.defer(() => running.stop(0));
});
afterAll(() => opened.disposeAsync());
beforeEach(() => {
  failed = [];
});

let count = 0;
/** A job that waits, its hash as somebody wrote it past BullMQ. */
async function putRaw(fields: Readonly<Record<string, string>>): Promise<string> {
  const id = `raw-${++count}`;
  const job = await queue.add('work', envelope(count), { jobId: id, delay: 3_600_000 });
  await redis.hset(queue.toKey(id), fields);
  await job.promote();
  return id;
}
const ended = (id: string) =>
  vi.waitFor(
    async () => {
      const found = await queue.getJob(id);
      expect(found?.finishedOn).toBeTruthy();
      return { state: await found?.getState(), reason: found?.failedReason, data: found?.data };
    },
    { timeout: 40_000, interval: 20 },
  );

/** What somebody wrote, and the reason it is refused for. */
const broken: readonly [Readonly<Record<string, string>>, RegExp][] = [
  [{ data: 'start everything' }, /^data: not JSON$/],
  [{ data: '{"kind":"work",' }, /^data: not JSON$/],
  [{ data: '\u0000\uFEFF{}' }, /^data: not JSON$/],
  [{ opts: 'soon' }, /^opts: not JSON$/],
  [{ opts: 'null' }, /^opts: .*must be an object/],
  [{ opts: '[1]' }, /^opts: .*must be an object/],
  [{ opts: '{"attempts":{}}' }, /^opts\.attempts: /],
  [{ opts: '{"removeOnFail":{"count":"many"}}' }, /^opts\.removeOnFail/],
  [{ opts: '{"parent":{"id":"x","queue":"y"}}' }, /^opts\.parent: /],
  [{ opts: '{"repeatJobKey":7}' }, /^opts\.repeatJobKey: /],
  [{ progress: 'half' }, /^progress: not JSON$/],
  [{ parent: 'mother' }, /^parent: not JSON$/],
  [{ parent: '5' }, /^parent: /],
  [{ parentKey: 'a:b:c' }, /^parent: /],
  [{ rjk: 'daily' }, /^rjk: /],
  [{ rjk: 'daily', opts: '{"repeat":{"pattern":"whenever"}}' }, /^opts\.repeat/],
  [{ atm: 'twice' }, /^atm: not a whole number$/],
  [{ stc: 'often' }, /^stc: not a whole number$/],
  [{ name: '', data: 'x', opts: 'y', returnvalue: '{' }, /^data: not JSON$/],
];

describe('a job that somebody wrote past BullMQ', () => {
  test.each(broken)(
    'with %j is failed and kept, what was written with it; its neighbours are done (DESIGN 13)',
    async (fields, reason) => {
      await queue.pause();
      const before = await queue.add('work', envelope(1_000 + count));
      const id = await putRaw(fields);
      const after = await queue.add('work', envelope(2_000 + count));
      await queue.resume();

      const { state, reason: why, data } = await ended(id);
      expect({ state, why }).toEqual({ state: 'failed', why: expect.stringMatching(reason) });
      expect(data.stored).toMatchObject(fields);
      // It was mended when it was taken, before it could stall.
      expect(data.stored.stc).toBe(fields['stc']);
      expect((await queue.getFailed()).map((job) => job.id)).toContain(id);
      for (const job of [before, after])
        expect(await ended(job.id ?? '')).toMatchObject({ state: 'completed' });
      await vi.waitFor(() => expect(failed).toHaveLength(1));
    },
  );

  test('with a number of starts that is none is failed and kept once it has stalled', async () => {
    const id = await putRaw({ ats: 'again' });

    expect(await ended(id)).toMatchObject({ state: 'failed', reason: 'ats: not a whole number' });
  }, 60_000);

  test.each([
    [{ returnvalue: '{' }],
    [{ stacktrace: 'x' }],
    [{ timestamp: 'noon' }],
    [{ delay: 'x', priority: 'y' }],
    [{ unknown: 'x' }],
  ])('with %j, which BullMQ can live with, is done', async (fields) => {
    const id = await putRaw(fields);

    expect(await ended(id)).toMatchObject({ state: 'completed' });
    expect(handled).toContain(count);
  });

  test('without any hash is failed and kept', async () => {
    await queue.pause();
    const id = await putRaw({ unknown: 'x' });
    await redis.del(queue.toKey(id));
    await queue.resume();

    expect(await ended(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('kind') });
  });

  test('hides nothing from those who list, count and retry jobs, taken by a worker or not', async () => {
    await queue.pause();
    const id = await putRaw({ data: 'not json', timestamp: 'noon' });
    const reports: FleetReport[] = [];
    const report = reportQueues(queues, openPool(redis, domain), 60_000, (it) => void reports.push(it));

    expect(await report([{}], { dueAt: Date.now() } as never)).toMatchObject({ kind: 'done' });

    expect(reports[0]?.queues).toContainEqual(
      expect.objectContaining({ queue: 'maintenance', length: 1, oldestSeconds: expect.any(Number) }),
    );
    for (const { oldestSeconds } of reports[0]?.queues ?? [])
      expect(oldestSeconds).toSatisfy(Number.isFinite);
    await queue.resume();
    await ended(id);
    // Written again after it had failed, when no worker mends it.
    await redis.hset(queue.toKey(id), { data: 'still not json', opts: '{' });
    const cli = openCliHere(domain, '.');

    const listed = await cli('queue', 'failed', 'maintenance', '--limit', '1000', '--json');

    const { groups } = JSON.parse(listed.out) as { groups: { jobs: unknown[] }[] };
    expect(groups.flatMap((it) => it.jobs)).toContainEqual(
      expect.objectContaining({ id, reason: 'data: not JSON' }),
    );
    const failedJobs = openFailedJobs(redis, domain);
    const found = await failedJobs.find('maintenance', [id]);
    expect(found).toMatchObject([{ id }]);
    await failedJobs.retry('maintenance', found);
    expect(await ended(id)).toMatchObject({ state: 'failed', reason: 'data: not JSON' });
    expect(await redis.exists(`${queuePrefix(domain, 'maintenance')}:maintenance:stalled`)).toBe(0);
  });
});
