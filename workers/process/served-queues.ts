import type { Redis } from 'ioredis';
import { queues as queueSettings } from '../../jobs/catalogue.ts';
import type { QueueName } from '../../jobs/contract.ts';
import { answers, type Database } from '../records/database.ts';
import type { Queues } from '../runtime/enqueue.ts';
import type { Duty } from '../runtime/handler.ts';
import { lockTimes, shortenLocks } from '../runtime/locks.ts';
import { repeat } from '../runtime/repeat.ts';
import { type Running, runQueue } from '../runtime/run.ts';
import type { Health, Progress } from '../telemetry/health.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import type { WorkerConfig } from './config.ts';
import { endObserver } from './observers.ts';

const backlogMs = 5_000;

/** What it takes to run the queues that a worker serves. */
export interface ServedParts {
  readonly config: WorkerConfig;
  /** Who this worker is. */
  readonly name: string;
  readonly redis: Redis;
  readonly database: Database;
  readonly queues: Queues;
  readonly tracer: Tracer;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly onError: (where: string) => (error: Error) => void;
}

/** The queues that a worker serves, none of which runs yet. */
export function openServedQueues(parts: ServedParts) {
  const { config, redis, queues, onError } = parts;
  const running = new Map<QueueName, Running>();
  const backlog = new Map<QueueName, number>();
  const locks = async () => {
    await Promise.all(config.QUEUES.map((it) => shortenLocks(redis, queues.queues[it])));
  };

  return {
    progress: (): Progress[] =>
      [...running].map(([queue, it]) => ({
        queue,
        backlog: backlog.get(queue) ?? 0,
        lastProgressAt: it.lastProgressAt(),
      })),

    /** When the job that has been running longest began, ms since 1970; undefined while none runs. */
    busySince: () => earliest([...running.values()].map((it) => it.busySince())),

    /** Runs them until `opened` is disposed of: within the grace period those that run a job end it. */
    start(
      dutiesOf: (queue: QueueName) => readonly Duty[],
      health: Health,
      opened: AsyncDisposableStack,
    ): void {
      for (const queue of config.QUEUES)
        running.set(queue, runQueue(optionsOf(queue, dutiesOf(queue), health, parts)));
      opened.defer(async () => {
        await Promise.all([...running.values()].map((it) => it.stop(config.GRACE_MS)));
      });
      opened.defer(repeat(lockTimes.stalledInterval, locks, onError('locks')));
      opened.defer(repeat(backlogMs, () => readBacklog(queues, running, backlog), onError('backlog')));
    },
  };
}

const optionsOf = (
  queue: QueueName,
  duties: readonly Duty[],
  health: Health,
  { config, name, redis, database, queues, tracer, metrics, log }: ServedParts,
) => ({
  ...{ redis, name, tracer, log, duties },
  domain: config.DOMAIN,
  queue: queues.queues[queue],
  concurrency: queueSettings[queue].concurrency,
  onEnd: endObserver(metrics, log, queue),
  onFailed: () => metrics.observe('JobsFailed', 1, { service: queue }),
  recordAnswers: () => answers(database),
  onLoginRefused: () => {
    health.giveUp('DocumentDB refuses the login this process was started with');
    log.error({ queue }, 'login refused by DocumentDB: this process waits to be replaced');
  },
});

/** Jobs waiting on the queues this worker serves; a queue that an operator paused is not waited on. */
async function readBacklog(
  { queues }: Queues,
  running: ReadonlyMap<QueueName, Running>,
  backlog: Map<QueueName, number>,
): Promise<void> {
  for (const name of running.keys()) {
    const [waiting, paused] = await Promise.all([queues[name].getWaitingCount(), queues[name].isPaused()]);
    backlog.set(name, paused ? 0 : waiting);
  }
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((it) => it !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
