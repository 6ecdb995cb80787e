import type { Queue } from 'bullmq';
import { done, type QueueName, queueNames } from '../../jobs/contract.ts';
import { reportQueueLength } from '../../jobs/maintenance/jobs.ts';
import { formMatches } from '../../jobs/matchmaking/jobs.ts';
import { rateLadder } from '../../jobs/rating-update/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import { dueAtOf } from '../runtime/due-at.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type FleetReport, publishReports, type QueueReport } from './publish-reports.ts';

type Reported = Pick<Pool, 'activity' | 'comparing' | 'matches' | 'results'>;

export const reportQueueLengthDuty: OpenDuty<{ readonly pool: Reported }> = (
  { pool },
  { queues, metrics, settings },
) =>
  duty(reportQueueLength, reportQueues(queues.queues, pool, settings.reportSlotMs, publishReports(metrics)));

/**
 * Reports the fleet once per slot (ms): the scheduler adds one job per slot, and a run that comes later than
 * its slot reports nothing, since the next one does.
 */
export const reportQueues =
  (
    queues: Readonly<Record<QueueName, Queue>>,
    pool: Reported,
    slotMs: number,
    publish: (report: FleetReport) => void,
  ): Handler<unknown> =>
  async (_items, { dueAt }) => {
    if (Date.now() - dueAt > slotMs) return done('stale');
    const [arrived, results, outboxLength, searching, lag, uncompared, ...reports] = await Promise.all([
      pool.activity.arrived(),
      pool.results.arrivalsWaiting(),
      pool.matches.outboxLength(),
      pool.activity.searching(),
      pool.activity.lag(),
      pool.comparing.uncompared(),
      ...queueNames.map((name) => inspect(name, queues[name])),
    ]);
    const arrivals: Partial<Record<QueueName, number>> = {
      [formMatches.queue]: arrived,
      [rateLadder.queue]: results,
    };
    const withArrivals = (it: QueueReport) => ({ ...it, length: it.length + (arrivals[it.queue] ?? 0) });
    const uncomparedMs = uncompared?.waitedMs ?? 0;
    publish({ queues: reports.map(withArrivals), outboxLength, searching, lag, uncomparedMs });
    return done('published');
  };

/** What the clock adds is work once it is this late (ms); until then an idle fleet is idle. */
const clockworkMs = 1_000;
/** Queues as short as this are read job by job: schedules add fewer jobs than this at once. */
const readWhole = 12;

async function inspect(name: QueueName, queue: Queue): Promise<QueueReport> {
  const [counts, due, workers] = await Promise.all([
    queue.getJobCounts('waiting', 'prioritized', 'active', 'failed'),
    queue.getDelayedCount(Date.now()),
    queue.getWorkersCount(),
  ]);
  const length = (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0) + due;
  const most = length > readWhole ? 1 : readWhole;
  const [ready, delayed] = await Promise.all([
    queue.getJobs(['waiting', 'prioritized'], 0, most - 1, true),
    due > 0 ? queue.getDelayed(0, Math.min(due, most) - 1) : [],
  ]);
  const now = Date.now();
  const jobs = [...ready, ...delayed].map((job) => ({ job, dueAt: dueAtOf(job) }));
  const isClockwork = ({ job, dueAt }: (typeof jobs)[number]) =>
    job.repeatJobKey !== undefined && now - dueAt < clockworkMs;
  const work = jobs.filter((it) => !isClockwork(it));
  // A raw write may leave no time, or none that is a number.
  const since = Math.min(now, ...work.map((it) => it.dueAt).filter(Number.isFinite));
  const isWork = Math.max(0, length - (jobs.length - work.length));
  return {
    queue: name,
    waiting: isWork,
    length: isWork,
    active: counts['active'] ?? 0,
    oldestSeconds: (now - since) / 1_000,
    failed: counts['failed'] ?? 0,
    workers,
  };
}
