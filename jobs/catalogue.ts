import type { Job, QueueName } from './contract.ts';
import { maintenanceJobs } from './maintenance/jobs.ts';
import { matchmakingJobs } from './matchmaking/jobs.ts';
import { ratingJobs } from './rating-update/jobs.ts';
import { sessionJobs } from './session-creation/jobs.ts';

/** Every kind of work there is. Workers, producers and infrastructure loop over this list. */
export const catalogue: readonly Job[] = [
  ...sessionJobs,
  ...matchmakingJobs,
  ...ratingJobs,
  ...maintenanceJobs,
];

/**
 * What a queue is to a worker: how many of its jobs one process runs at once. High where handlers of
 * concurrent jobs share their round trips, since then more at once means larger batches.
 */
export const queues: Readonly<Record<QueueName, { readonly concurrency: number }>> = {
  'session-creation': { concurrency: 64 },
  matchmaking: { concurrency: 32 },
  'rating-update': { concurrency: 50 },
  maintenance: { concurrency: 4 },
};
