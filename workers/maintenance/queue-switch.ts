import type { Redis } from 'ioredis';
import type { QueueName } from '../../jobs/contract.ts';
import { withQueue } from './with-queue.ts';

/**
 * Lets workers take jobs of a queue or not. Done twice it changes nothing. A job that runs comes to its end.
 */
export function openQueueSwitch(redis: Redis, domain: string) {
  return {
    pauseQueue: (name: QueueName, paused: boolean): Promise<void> =>
      withQueue(redis, domain, name, (queue) => (paused ? queue.pause() : queue.resume())),
  };
}

export type QueueSwitch = ReturnType<typeof openQueueSwitch>;
