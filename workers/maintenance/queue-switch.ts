import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { QueueName } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';

/**
 * Lets workers take jobs of a queue or not. Done twice it changes nothing. A job that runs comes to its end.
 */
export function openQueueSwitch(redis: Redis, domain: string) {
  return {
    async pauseQueue(name: QueueName, paused: boolean): Promise<void> {
      const prefix = queuePrefix(domain, name);
      const queue = new Queue(name, { connection: redis, prefix, skipVersionCheck: true });
      try {
        await (paused ? queue.pause() : queue.resume());
      } finally {
        await queue.close();
      }
    },
  };
}

export type QueueSwitch = ReturnType<typeof openQueueSwitch>;
