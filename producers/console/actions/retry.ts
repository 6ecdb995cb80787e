import { z } from 'zod';
import { queueNames } from '../../../jobs/contract.ts';
import { choose, retry } from '../../cli/queue-retry.ts';
import { defineAction } from '../action.ts';

export const retryFailed = defineAction({
  path: '/queue/retry',
  input: z.strictObject({ queue: z.enum(queueNames), group: z.string().min(1).max(64) }),
  next: () => '/queues',
  async run({ queue, group }, { client }) {
    const { chosen, left } = await choose(client.queues[queue], queue, { group });
    let retried = 0;
    for (const id of chosen) if (await retry(client.queues[queue], id)) retried++;
    return `${retried} jobs are tried again with fresh attempts; ${left} failed ones stay as they are.`;
  },
});
