import { expect, onTestFinished, test } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import { openQueues } from '../../workers/enqueue.ts';
import { type FleetReport, reportQueues } from '../../workers/maintenance/report-queue-length.ts';
import { openMirror } from '../../workers/matchmaking/mirror.ts';
import { openPool } from '../../workers/pool/pool.ts';
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

test('the tickets that search count by configuration, over all of its pools', async () => {
  const { pool, tickets, reports, report } = await openReports();
  await pool.install(aConfiguration());
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
    await pool.install({ ...rest, configuration: { ...configuration, name } });
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
  await pool.install(aConfiguration());
  await tickets.start([aTicket('a'), aTicket('b'), { ...aTicket('c'), pool: 'duel/eu' }]);
  await report(Date.now());
  await openMirror(pool, 'duel').catchUp();
  await report(Date.now());

  const lengths = reports.map((it) => it.queues.find(({ queue }) => queue === 'matchmaking')?.length);
  expect(lengths).toEqual([3, 1]);
});
