import { setTimeout as pause } from 'node:timers/promises';
import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import {
  type Actor,
  type Envelope,
  type Job,
  jobOptions,
  type QueueName,
  queueNames,
} from '../jobs/contract.ts';
import { queuePrefix } from '../jobs/keys.ts';
import { RequestError } from './request-error.ts';

export type ProducerQueues = ReturnType<typeof openQueues>;

/** How often (ms) a caller that waits for a result looks for it. */
const pollMs = 25;

/** The fleet's queues as producers add to them. */
export function openQueues(
  redis: Redis,
  domain: string,
  trace: () => string,
  onError: (error: Error) => void,
) {
  const open = (name: QueueName) => {
    const queue = new Queue(name, {
      connection: redis,
      prefix: queuePrefix(domain, name),
      skipVersionCheck: true,
    });
    queue.on('error', onError);
    return queue;
  };
  const queues = Object.fromEntries(queueNames.map((name) => [name, open(name)])) as Record<QueueName, Queue>;

  const add = async <Item>(
    job: Job<Item>,
    items: readonly Item[],
    actor: Actor,
    options: JobsOptions = {},
  ) => {
    const envelope: Envelope = {
      kind: job.kind,
      items: [...items],
      actor,
      sentAt: Date.now(),
      trace: trace(),
    };
    return queues[job.queue].add(job.kind, envelope, { ...jobOptions(job as Job), ...options });
  };

  return {
    queues,
    add,

    /** Adds a job and waits for what its handler returns. A refusal throws `refused` with the reason. */
    async ask<Item>(job: Job<Item>, item: Item, actor: Actor, timeoutMs = 30_000): Promise<unknown> {
      const added = await add(job, [item], actor);
      const until = Date.now() + timeoutMs;
      while (Date.now() < until) {
        const state = await added.getState();
        if (state === 'completed' || state === 'failed') {
          const ended = await queues[job.queue].getJob(added.id ?? '');
          if (state === 'completed') return ended?.returnvalue;
          throw new RequestError('refused', ended?.failedReason ?? `${job.kind} failed`);
        }
        await pause(pollMs);
      }
      throw new RequestError(
        'unavailable',
        `no worker answered ${job.kind} within ${timeoutMs / 1_000} s; it stays queued (is a worker serving ${job.queue}?)`,
      );
    },

    async close(): Promise<void> {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}
