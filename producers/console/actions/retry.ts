import { z } from 'zod';
import { queueNames } from '../../../jobs/contract.ts';
import { defineAction } from '../action.ts';

export const retryFailed = defineAction({
  path: '/queue/retry',
  call: 'retryJobAll',
  input: z.strictObject({ queue: z.enum(queueNames), group: z.string().min(1).max(64) }),
  next: () => '/queues',
  async run({ queue, group }, { client }, options) {
    const { retried, left } = await client.retryJobAll(queue, { group }, options);
    return `${retried.length} jobs are tried again with fresh attempts; ${left} failed ones stay as they are.`;
  },
});
