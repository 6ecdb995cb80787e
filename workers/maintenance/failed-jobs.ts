import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueName } from '../../jobs/contract.ts';
import type { FailedOne } from '../../jobs/failed-work.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { readingAnything } from '../runtime/stored-jobs.ts';

export type FailedJobs = ReturnType<typeof openFailedJobs>;

/** Failed jobs of the fleet's queues. */
export function openFailedJobs(redis: Redis, domain: string) {
  const open = (name: QueueName) => {
    const prefix = queuePrefix(domain, name);
    return new Queue(name, { connection: redis, prefix, skipVersionCheck: true }, readingAnything(redis));
  };
  const failedAt = (queue: Queue, id: string) => redis.zscore(queue.toKey('failed'), id);

  return {
    /** Which of these jobs have failed, and are still kept. */
    async find(name: QueueName, ids: readonly string[]): Promise<FailedOne[]> {
      await using queue = closing(open(name));
      const times = await Promise.all(ids.map((id) => failedAt(queue.it, id)));
      return ids.flatMap((id, index) => (times[index] ? [{ id, at: Number(times[index]) }] : []));
    },

    /**
     * Tries failed jobs again, with fresh attempts: BullMQ's own retry of all keeps used-up attempts, so that
     * its jobs fail again at once. Done twice it does nothing: a job that has failed again since stays as it
     * is.
     */
    async retry(name: QueueName, failed: readonly FailedOne[]): Promise<void> {
      await using queue = closing(open(name));
      // One by one: each may hold 256 KiB.
      for (const { id, at } of failed) {
        const job = Number(await failedAt(queue.it, id)) === at ? await queue.it.getJob(id) : undefined;
        await job?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
      }
    },
  };
}

const closing = (it: Queue) => ({ it, [Symbol.asyncDispose]: () => it.close() });
