import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueName } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { readingAnything } from '../runtime/stored-jobs.ts';

/** Opens a queue on a connection that is there, for one piece of work. */
export async function withQueue<Result>(
  redis: Redis,
  domain: string,
  name: QueueName,
  work: (queue: Queue) => Promise<Result>,
): Promise<Result> {
  const prefix = queuePrefix(domain, name);
  const queue = new Queue(
    name,
    { connection: redis, prefix, skipVersionCheck: true },
    readingAnything(redis),
  );
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}
