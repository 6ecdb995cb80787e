import type { Job, Queue } from 'bullmq';
import type { QueueName } from '../../jobs/contract.ts';
import { type FailedWork, failedWork, groupFailed } from '../../jobs/failed-work.ts';
import { retryJobs } from '../../jobs/maintenance/setting-commands.ts';
import type { Calls, ClientParts } from '../client-parts.ts';
import type { RetryRequest } from '../operator-requests.ts';
import { RequestError } from '../request-error.ts';

/** The queues and their failed jobs. */
export const queueCalls = ({ call, give, queues: { queues } }: ClientParts) =>
  ({
    describeQueue: (name, options = {}) =>
      call('describeQueue', options, async () => {
        const queue = queues[name];
        const [counts, paused, workers] = await Promise.all([
          queue.getJobCounts('waiting', 'prioritized', 'delayed', 'active', 'failed'),
          queue.isPaused(),
          queue.getWorkersCount(),
        ]);
        const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = counts;
        return { queue: name, waiting: waiting + prioritized, delayed, active, failed, workers, paused };
      }),

    listFailedJobs: (name, options = {}) => call('listFailedJobs', options, () => readFailed(queues[name])),

    readFailedJob: (name, id, options = {}) =>
      call('readFailedJob', options, async () => {
        const job: Job | undefined = await queues[name].getJob(id);
        if (!job) throw noJob(id, name);
        return { ...toFailedWork(job), data: job.data as unknown };
      }),

    async retryJobAll(name, request, options = {}) {
      const { chosen, left } = await call('retryJobAll', options, () => choose(queues[name], name, request));
      if (chosen.length === 0) return { retried: [], left };
      const { retried } = await give('retryJobAll', retryJobs, { name, jobs: chosen }, options);
      return { retried, left };
    },
  }) satisfies Calls;

/** Jobs read at once: each may hold 256 KiB. */
const page = 50;

/** A job's data is read and let go: two thousand of them are half a gigabyte. */
async function readFailed(queue: Queue): Promise<FailedWork[]> {
  const found: FailedWork[] = [];
  for (let from = 0; ; from += page) {
    const jobs = await queue.getFailed(from, from + page - 1);
    found.push(...jobs.map(toFailedWork));
    if (jobs.length < page) return found;
  }
}

const toFailedWork = (job: Job): FailedWork =>
  failedWork({
    id: job.id ?? '',
    kind: job.name,
    data: job.data,
    reason: job.failedReason ?? '',
    at: job.finishedOn,
    attemptsMade: job.attemptsMade,
    attempts: job.opts.attempts || 1,
  });

const noJob = (id: string, name: QueueName) =>
  new RequestError('not-found', `there is no job ${id} on ${name}`);

/** Ids of jobs to try again, and how many failed ones stay as they are. */
async function choose(queue: Queue, name: QueueName, { id, group, kind }: RetryRequest) {
  if (id !== undefined) {
    if (!(await queue.getJob(id))) throw noJob(id, name);
    return { chosen: [id], left: (await queue.getFailedCount()) - 1 };
  }
  const failed = await readFailed(queue);
  const named = groupFailed(failed).find((it) => it.group === group);
  if (group !== undefined && !named)
    throw new RequestError('not-found', `there is no group ${group} on ${name}; see "queue failed ${name}"`);
  const wanted =
    named?.jobs ?? failed.filter((it) => it.retry === 'helps' && (kind === undefined || it.kind === kind));
  return { chosen: wanted.map((it) => it.id), left: failed.length - wanted.length };
}
