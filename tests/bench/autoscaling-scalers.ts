import {
  backlogPerTask,
  loadOf,
  type QueueState,
  scalingPolicy,
} from '../../infra/aws/workers/scaling-policy.ts';

/** What CloudWatch knows at one moment: a point per 10 s, newest last. */
export interface Measured extends QueueState {
  /** Share of the cores in use. */
  readonly cpu: number;
}

/** Wants so many tasks, or undefined to leave them. Asked every 10 s with everything measured so far. */
export type Scaler = (at: number, tasks: number, points: readonly Measured[]) => number | undefined;

const pointsPerMinute = 6;

/**
 * The measure in each of the last `count` whole minutes: of that minute's averages, as metric math has it.
 */
function minutes(points: readonly Measured[], count: number, of: (it: Measured) => number): number[] {
  const whole = Math.floor(points.length / pointsPerMinute);
  return Array.from({ length: Math.min(count, whole) }, (_, back) => {
    const end = (whole - back) * pointsPerMinute;
    const minute = points.slice(end - pointsPerMinute, end);
    const average = (name: keyof Measured) => minute.reduce((sum, it) => sum + it[name], 0) / minute.length;
    return of({
      length: average('length'),
      workers: average('workers'),
      busy: average('busy'),
      cpu: average('cpu'),
    });
  });
}

/**
 * Target tracking as AWS runs it: three minutes above the target add tasks in proportion, fifteen below 90 %
 * of it remove some, each after its cooldown. It never removes so many that the measure would rise above its
 * target.
 */
function tracking(target: number, of: (it: Measured) => number): Scaler {
  const { outCooldownSeconds, inCooldownSeconds } = scalingPolicy;
  let lastOut = Number.NEGATIVE_INFINITY;
  let lastIn = Number.NEGATIVE_INFINITY;
  return (at, tasks, points) => {
    const above = minutes(points, 3, of);
    const [newest = 0] = above;
    if (above.length === 3 && above.every((it) => it > target) && at - lastOut >= outCooldownSeconds) {
      lastOut = at;
      return Math.max(tasks + 1, Math.ceil((tasks * newest) / target));
    }
    const below = minutes(points, 15, of);
    const quiet = below.length === 15 && below.every((it) => it < target * 0.9);
    if (quiet && at - Math.max(lastIn, lastOut) >= inCooldownSeconds) {
      lastIn = at;
      return Math.max(Math.ceil((tasks * newest) / target), Math.floor(tasks / 2));
    }
    return undefined;
  };
}

/** Step scaling on a fast alarm: percent of the tasks there are, while the measure stays above. */
function surge(target: number): Scaler {
  const { periods, cooldownSeconds, minAdditionalTasks, steps } = scalingPolicy.surge;
  let last = Number.NEGATIVE_INFINITY;
  return (at, tasks, points) => {
    const recent = points.slice(-periods).map((it) => backlogPerTask(it, target) / target);
    const step = steps.findLast((it) => (recent.at(-1) ?? 0) >= it.fromTargets);
    const ringing = recent.length === periods && recent.every((it) => it >= steps[0].fromTargets);
    if (!step || !ringing || at - last < cooldownSeconds) return undefined;
    last = at;
    return tasks + Math.max(minAdditionalTasks, Math.floor((tasks * step.addPercent) / 100));
  };
}

interface Bounds {
  readonly minTasks: number;
  readonly maxTasks: number;
}

/** What is deployed: the larger wish of both policies. */
export function loadScaler(target: number, bounds: Bounds): Scaler {
  const policies = [tracking(1, (it) => loadOf(it, target)), surge(target)];
  return (at, tasks, points) => {
    const wishes = policies.flatMap((policy) => policy(at, tasks, points) ?? []);
    return wishes.length === 0 ? undefined : within(Math.max(...wishes), bounds);
  };
}

export function cpuScaler(target: number, bounds: Bounds): Scaler {
  const policy = tracking(target, (it) => it.cpu);
  return (at, tasks, points) => {
    const wish = policy(at, tasks, points);
    return wish === undefined ? undefined : within(wish, bounds);
  };
}

const within = (tasks: number, { minTasks, maxTasks }: Bounds): number =>
  Math.min(maxTasks, Math.max(minTasks, tasks));
