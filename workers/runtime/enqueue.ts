import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Actor, type Job, jobOptions, type QueueName, queueNames, seal } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { readingAnything } from './stored-jobs.ts';

/** One job to add. `options` are BullMQ's: a job id, deduplication, a delay. */
export interface Request<Item> {
  readonly job: Job<Item>;
  readonly items: readonly Item[];
  readonly options?: JobsOptions;
}

/** Who asks when the fleet gives itself work. */
export const fleet: Actor = { kind: 'service', name: 'fleet' };

export type Queues = ReturnType<typeof openQueues>;

/** The fleet's queues, as workers add to them and look at them. Adding is a step of the current trace. */
export function openQueues(redis: Redis, domain: string, tracer: Tracer, onError: (error: Error) => void) {
  const open = (name: QueueName) => {
    const queue = new Queue(
      name,
      { connection: redis, prefix: queuePrefix(domain, name), skipVersionCheck: true },
      readingAnything(redis),
    );
    queue.on('error', onError);
    return queue;
  };
  const queues = Object.fromEntries(queueNames.map((name) => [name, open(name)])) as Record<QueueName, Queue>;

  return {
    queues,

    enqueue: <Item>({ job, items, options }: Request<Item>): Promise<void> =>
      tracer.subsegment(
        `${job.queue}.add`,
        async () => {
          const envelope = seal(job, items, { actor: fleet, sentAt: Date.now(), trace: tracer.header() });
          await queues[job.queue].add(job.kind, envelope, { ...jobOptions(job as Job), ...options });
        },
        'remote',
      ),

    async close(): Promise<void> {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}
