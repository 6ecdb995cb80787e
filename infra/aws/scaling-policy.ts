import type { ServiceSettings } from './settings.ts';

/**
 * How a queue's service follows its backlog. Pure, so that `npm run bench -- autoscaling` replays exactly what is
 * deployed.
 *
 * The measure is jobs waiting per task, not CPU: a worker that waits for DocumentDB is idle with ten thousand jobs
 * behind it, and CPU would scale it in.
 *
 * Two policies, and the larger wish wins. *Tracking* keeps the backlog per task near its target and is slow by design:
 * CloudWatch wants 3 minutes above it to add tasks and 15 below 90 % of it to remove some. *Surge* reads the same
 * measure every 10 s and doubles or triples the fleet until the wave is met.
 */
export const scalingPolicy = {
  /** Between two additions by tracking, seconds: about what a task takes to start and show in the measure. */
  outCooldownSeconds: 60,
  /** Between two removals. A task too many costs cents; one too few costs players' time. */
  inCooldownSeconds: 300,

  surge: {
    /** How often the queue is reported, hence the shortest period worth asking for, seconds. */
    periodSeconds: 10,
    /** Periods in a row above the threshold: one report may be a batch that is already being worked off. */
    periods: 2,
    /** Shorter than this and tasks that are still starting are ordered again; seconds. */
    cooldownSeconds: 60,
    minAdditionalTasks: 2,
    /** Tasks to add, in percent of those there are, from so many targets of backlog per task on. */
    steps: [
      { fromTargets: 3, addPercent: 100 },
      { fromTargets: 10, addPercent: 200 },
    ],
  },
} as const;

/**
 * Jobs one task may have waiting: what it works off in the acceptable wait. A task runs `concurrency` jobs at once,
 * each for `jobMs`, so it ends `concurrency / jobMs` jobs a millisecond.
 */
export function targetBacklogPerTask(
  concurrency: number,
  { acceptableWaitSeconds, jobMs }: Pick<ServiceSettings, 'acceptableWaitSeconds' | 'jobMs'>,
): number {
  return Math.max(1, Math.floor((concurrency * acceptableWaitSeconds * 1_000) / jobMs));
}
