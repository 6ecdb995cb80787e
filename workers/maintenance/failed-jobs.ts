import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueName } from '../../jobs/contract.ts';
import type { FailedOne } from '../../jobs/failed-work.ts';
import { withQueue } from './with-queue.ts';

export type FailedJobs = ReturnType<typeof openFailedJobs>;

/** Failed jobs of the fleet's queues. */
export function openFailedJobs(redis: Redis, domain: string) {
  const failedAt = (queue: Queue, id: string) => redis.zscore(queue.toKey('failed'), id);

  return {
    /** Which of these jobs have failed, and are still kept. */
    find: (name: QueueName, ids: readonly string[]): Promise<FailedOne[]> =>
      withQueue(redis, domain, name, async (queue) => {
        const times = await Promise.all(ids.map((id) => failedAt(queue, id)));
        return ids.flatMap((id, index) => (times[index] ? [{ id, at: Number(times[index]) }] : []));
      }),

    /**
     * Tries failed jobs again, with fresh attempts: BullMQ's own retry of all keeps used-up attempts, so that
     * its jobs fail again at once. Done twice it does nothing: a job that has failed again since stays as it
     * is.
     */
    retry: (name: QueueName, failed: readonly FailedOne[]): Promise<void> =>
      withQueue(redis, domain, name, async (queue) => {
        // One by one: each may hold 256 KiB.
        for (const { id, at } of failed) {
          const job = Number(await failedAt(queue, id)) === at ? await queue.getJob(id) : undefined;
          await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
        }
      }),
  };
}
