import { expect, onTestFinished, test, vi } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import type { FleetReport } from '../../workers/maintenance/publish-reports.ts';
import { reportQueues } from '../../workers/maintenance/report-queue-length.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { openPool } from '../../workers/pool/pool.ts';
import { dueAtOf } from '../../workers/runtime/due-at.ts';
import { openQueues } from '../../workers/runtime/enqueue.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { aConfiguration, aTicket } from '../support/builders.ts';
import { openDomain } from '../support/domain.ts';

async function openReports() {
  const domain = await openDomain();
  onTestFinished(() => domain[Symbol.asyncDispose]());
  const opened = openQueues(domain.redis, domain.domain, noTracer, () => undefined);
  onTestFinished(() => opened.close());
  const reports: FleetReport[] = [];
  const pool = openPool(domain.redis, domain.domain);
  const report = (dueAt: number) =>
    reportQueues(opened.queues, pool, 10_000, (all) => reports.push(all))([{}], {
      actor: { kind: 'service', name: 'test' },
      signal: new AbortController().signal,
      dueAt,
      calls: [],
      repeated: false,
    });
  return { ...domain, queues: opened.queues, pool, reports, report };
}

test('the length counts waiting, prioritised and due delayed jobs, and no others', async () => {
  const { queues, reports, report } = await openReports();
  const queue = queues['rating-update'];
  await queue.add('a', {}, { timestamp: Date.now() - 5_000 });
  await queue.add('b', {}, { priority: 5 });
  await queue.add('due', {}, { delay: 1, timestamp: Date.now() - 1_000 });
  await queue.add('not due', {}, { delay: 60_000 });

  await report(Date.now());

  const found = reports[0]?.queues.find((it) => it.queue === 'rating-update');
  expect(found).toMatchObject({ length: 3, failed: 0, workers: 0 });
  expect(found?.oldestSeconds).toBeGreaterThanOrEqual(5);
  expect(reports[0]?.queues).toHaveLength(4);
});

test('an idle fleet, where only the clock adds work, has length 0 and age 0', async () => {
  const { queues, reports, report } = await openReports();
  for (const kind of ['sweep', 'trim'])
    await queues.maintenance.upsertJobScheduler(kind, { every: 600_000 }, { name: kind, data: {} });

  await report(Date.now());

  expect(reports[0]?.queues.find((it) => it.queue === 'maintenance')).toMatchObject({
    length: 0,
    oldestSeconds: 0,
  });
});

test('work of the clock that nobody does counts, and its age from when it was due', async () => {
  const { queues, reports, report } = await openReports();
  const every = 200;
  await queues.maintenance.upsertJobScheduler('sweep', { every }, { name: 'sweep', data: {} });
  const [job] = await queues.maintenance.getJobs(['waiting', 'delayed'], 0, 0, true);
  const due = job ? dueAtOf(job) : 0;
  await vi.waitUntil(() => Date.now() - due > 1_500, { timeout: 20_000, interval: 20 });

  await report(Date.now());

  const found = reports[0]?.queues.find((it) => it.queue === 'maintenance');
  expect(found?.length).toBe(1);
  expect(found?.oldestSeconds).toBeGreaterThanOrEqual(1.5);
  expect(found?.oldestSeconds).toBeLessThan(20);
});

test('the tickets that search count by configuration, over all of its pools', async () => {
  const { pool, tickets, reports, report } = await openReports();
  await pool.settings.install(aConfiguration());
  await report(Date.now());
  const pools = Object.entries({ a: 'duel', b: 'duel/eu', c: 'duel/eu' });
  await tickets.start(pools.map(([id, name]) => ({ ...aTicket(id), pool: name })));
  await report(Date.now());

  expect(reports.map((it) => Object.fromEntries(it.searching))).toEqual([{ duel: 0 }, { duel: 3 }]);
});

test('the outbox counts as long as what is decided is not recorded', async () => {
  const { redis, domain, reports, report } = await openReports();

  await report(Date.now());
  await redis.hset(`${poolTag(domain)}:outbox`, 'match-1', '{}', 'match-2', '{}');
  await report(Date.now());

  expect(reports.map((it) => it.outboxLength)).toEqual([0, 2]);
});

test('matchmaking that is so far behind that tickets are refused is told, the furthest of all', async () => {
  const { redis, domain, pool, reports, report } = await openReports();
  await report(Date.now());
  const { configuration, ...rest } = aConfiguration();
  for (const name of ['duel', 'chess', 'go'])
    await pool.settings.install({ ...rest, configuration: { ...configuration, name } });
  await report(Date.now());
  await redis.set(`${poolTag(domain)}:behind:duel`, `31000 ${Number.MAX_SAFE_INTEGER}`);
  await redis.set(`${poolTag(domain)}:behind:go`, `40000 ${Number.MAX_SAFE_INTEGER}`);
  await report(Date.now());

  expect(reports.map((it) => it.lag)).toEqual([0, 0, 40_000]);
});

test('a run staler than its slot reports nothing', async () => {
  const { reports, report } = await openReports();

  await report(Date.now() - 10_001);

  expect(reports).toEqual([]);
});

test('tickets that no cycle has read are work of matchmaking, until one has read them', async () => {
  const { pool, tickets, reports, report } = await openReports();
  await pool.settings.install(aConfiguration());
  await tickets.start([aTicket('a'), aTicket('b'), { ...aTicket('c'), pool: 'duel/eu' }]);
  await report(Date.now());
  await openMirror(pool, 'duel').catchUp();
  await report(Date.now());

  const lengths = reports.map((it) => it.queues.find(({ queue }) => queue === 'matchmaking')?.length);
  expect(lengths).toEqual([3, 1]);
});
