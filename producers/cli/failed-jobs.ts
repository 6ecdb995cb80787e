import type { Job, Queue } from 'bullmq';
import { type FailedWork, failedWork } from '../../jobs/failed-work.ts';

/** Jobs read at once: each may hold 256 KiB. */
const page = 50;

/** What failed on a queue, the newest first. A job's data is read and let go: two thousand of them are half a gigabyte. */
export async function readFailed(queue: Queue): Promise<FailedWork[]> {
  const found: FailedWork[] = [];
  for (let from = 0; ; from += page) {
    const jobs = await queue.getFailed(from, from + page - 1);
    found.push(...jobs.map(toFailedWork));
    if (jobs.length < page) return found;
  }
}

export const toFailedWork = (job: Job): FailedWork =>
  failedWork({
    id: job.id ?? '',
    kind: job.name,
    data: job.data,
    reason: job.failedReason ?? '',
    at: job.finishedOn,
    attemptsMade: job.attemptsMade,
    attempts: job.opts.attempts || 1,
  });
