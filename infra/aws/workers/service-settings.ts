import { z } from 'zod';

/** One queue's service. */
export const service = z.strictObject({
  /** CPU units of Fargate, 1,024 to the core. A worker is one event loop: more than 1,024 is wasted on it. */
  cpu: z.literal([256, 512, 1_024]),
  memoryMiB: z.int().min(512).max(8_192),
  /**
   * 0 lets rating-update cost nothing while nobody plays; its first job then waits for a task to start, a
   * minute or more. The other queues are never at rest: see `neverAtRest`.
   */
  minTasks: z.int().min(0),
  /** Guards what lies behind: tasks × 32 connections must fit DocumentDB. */
  maxTasks: z.int().min(1),
  /** How long a job may wait in its queue before that is worth another task. */
  acceptableWaitSeconds: z.number().positive(),
  /**
   * One job from taken to ended at full concurrency, ms: the mean of `JobDuration`. Measure again when work
   * changes.
   */
  jobMs: z.number().positive(),
  /**
   * Tasks beyond `minTasks` run on Spot: 70 % cheaper, taken away at two minutes' notice, which the fleet
   * survives.
   */
  spot: z.boolean(),
});

/** Queues with work that time alone makes due, each with what would stand still without a task. */
export const neverAtRest = {
  'session-creation': 'it expires sessions',
  matchmaking: 'its beat times tickets out and starts cycles',
  maintenance: 'it reports the queues to scaling',
} as const;
