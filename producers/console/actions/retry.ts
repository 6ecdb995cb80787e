import { z } from 'zod';
import { queueNames } from '../../../jobs/contract.ts';
import { choose } from '../../cli/queue-retry.ts';
import { defineAction } from '../action.ts';

export const retryFailed = defineAction({
  path: '/queue/retry',
  input: z.strictObject({ queue: z.enum(queueNames), group: z.string().min(1).max(64) }),
  next: () => '/queues',
  async run({ queue, group }, { client }, options) {
    const { chosen, left } = await choose(client.queues[queue], queue, { group });
    const { retried } = await client.retryJobs({ name: queue, jobs: chosen }, options);
    return `${retried.length} jobs are tried again with fresh attempts; ${left} failed ones stay as they are.`;
  },
});
