import type { Measured, Scaler } from './autoscaling-scalers.ts';

export interface Scenario {
  readonly seconds: number;
  readonly arrivals: (at: number) => number;
  readonly jobsPerTaskSecond: number;
  /** Share of a core a task uses with all its jobs running. */
  readonly busyCpu: number;
  readonly minTasks: number;
  readonly scaler: Scaler;
}

/**
 * One second of it. `wait` is how long a job arriving now waits, seconds, at the speed of now; see
 * `waitFromNone`.
 */
export interface Step {
  readonly waiting: number;
  readonly wait: number;
  readonly tasks: number;
}

/** From ordering a task to its first job, seconds: Fargate's placement and image, and a second of ours. */
const startSeconds = 45;
/** How often queues are reported and alarms evaluated. */
const reportSeconds = 10;
/** What a job waits at most that finds no task: two reports that ring, and a task that starts. */
const waitFromNone = 2 * reportSeconds + startSeconds;

/**
 * The queue as a fluid, second by second; tasks start late, finish what they run, and are measured every 10
 * s.
 */
export function simulate(scenario: Scenario): Step[] {
  const { seconds, arrivals, jobsPerTaskSecond, busyCpu, minTasks, scaler } = scenario;
  const points: Measured[] = [];
  const steps: Step[] = [];
  const readyAt: number[] = Array.from({ length: minTasks }, () => 0);
  let waiting = 0;
  for (let at = 0; at < seconds; at++) {
    const ready = readyAt.filter((it) => it <= at).length;
    const capacity = ready * jobsPerTaskSecond;
    const offered = waiting + arrivals(at);
    const done = Math.min(offered, capacity);
    waiting = offered - done;
    const wait = capacity > 0 ? waiting / capacity : waiting > 0 ? waitFromNone : 0;
    steps.push({ waiting, wait, tasks: ready });
    if (at % reportSeconds !== 0) continue;

    const busy = done / jobsPerTaskSecond;
    points.push({ length: waiting, workers: ready, busy, cpu: ready > 0 ? (busyCpu * busy) / ready : 0 });
    const wanted = scaler(at, readyAt.length, points);
    if (wanted === undefined) continue;
    while (readyAt.length < wanted) readyAt.push(at + startSeconds);
    // The newest go first; one told to stop ends its jobs and takes no more.
    readyAt.length = wanted;
  }
  return steps;
}
