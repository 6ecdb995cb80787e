import type { ServiceSettings } from '../settings.ts';

/**
 * How a queue's service follows its load. Pure, so that `npm run bench -- autoscaling` replays exactly what
 * is deployed.
 *
 * The measure is work, not CPU: a worker that waits for DocumentDB is idle with ten thousand jobs behind it,
 * and CPU would scale it in.
 *
 * Two policies, and the larger wish wins. *Tracking* holds a service at a load of 1 and is slow by design:
 * CloudWatch wants 3 minutes above it to add tasks and 15 below 90 % of it to remove some. *Surge* reads the
 * backlog per task every 10 s and multiplies the fleet until the wave is met.
 *
 * Load counts running jobs beside waiting ones. On the backlog alone a fleet that keeps up looks idle, is
 * halved, falls behind, is doubled: the day curve of the bench then spends 78 minutes beyond the acceptable
 * wait instead of none.
 */
export const scalingPolicy = {
  /**
   * Share of a task's slots busy at a load of 1 with nothing waiting: the rest is room for what comes
   * meanwhile.
   */
  busyShare: 0.7,
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
      { fromTargets: 10, addPercent: 300 },
      { fromTargets: 30, addPercent: 700 },
    ],
  },
} as const;

/**
 * Jobs one task may have waiting: what it works off in the acceptable wait. A task runs `concurrency` jobs at
 * once, each for `jobMs`, so it ends `concurrency / jobMs` jobs a millisecond.
 */
export function targetBacklogPerTask(
  concurrency: number,
  { acceptableWaitSeconds, jobMs }: Pick<ServiceSettings, 'acceptableWaitSeconds' | 'jobMs'>,
): number {
  return Math.max(1, Math.floor((concurrency * acceptableWaitSeconds * 1_000) / jobMs));
}

/** What CloudWatch knows of a queue in one period: jobs waiting, tasks, and tasks' worth of busy slots. */
export interface QueueState {
  readonly length: number;
  readonly workers: number;
  readonly busy: number;
}

/**
 * The load of a queue that has jobs and no worker: a division by zero would be no data, and no data never
 * scales.
 */
const stranded = 2;

/**
 * Load as CloudWatch works it out, from `length` jobs waiting, `workers`, and `active`, the jobs being
 * processed. All three are reported while nothing happens too: over a metric without points FILL may be
 * empty, and a service without a load never scales in.
 */
export const loadExpression = (concurrency: number, target: number): string =>
  `IF(workers > 0, (length / ${target} + active / ${concurrency * scalingPolicy.busyShare}) / workers, IF(length > 0, ${stranded}, 0))`;

/** The same, for the simulation. */
export function loadOf({ length, workers, busy }: QueueState, target: number): number {
  if (workers === 0) return length > 0 ? stranded : 0;
  return (length / target + busy / scalingPolicy.busyShare) / workers;
}

/** Backlog per task from which on a service surges. */
export const surgeThreshold = (target: number): number => target * scalingPolicy.surge.steps[0].fromTargets;

/**
 * Backlog per task as CloudWatch works it out. Without a worker any job is a surge: waiting for tracking
 * takes minutes.
 */
export const backlogExpression = (target: number): string =>
  `IF(workers > 0, length / workers, IF(length > 0, ${surgeThreshold(target)}, 0))`;

/** The same, for the simulation. */
export function backlogPerTask({ length, workers }: QueueState, target: number): number {
  if (workers === 0) return length > 0 ? surgeThreshold(target) : 0;
  return length / workers;
}
