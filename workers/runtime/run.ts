import {
  type Job as BullJob,
  DelayedError,
  type Queue,
  UnrecoverableError,
  WaitingError,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Redis } from 'ioredis';
import {
  backoff,
  type Envelope,
  keptCompleted,
  keptFailed,
  type Outcome,
  type QueueName,
} from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { logging } from '../telemetry/log.ts';
import { answer } from './answer.ts';
import { breakOnErrors } from './breaker.ts';
import type { Duty } from './handler.ts';
import { keepRefusals } from './keep-refusals.ts';
import { lockTimes } from './locks.ts';
import { type PerformOptions, perform } from './perform.ts';
import { isOfTheStore } from './store-trouble.ts';
import { mendStored, readingAnything } from './stored-jobs.ts';
import { storyOf } from './story-of.ts';

export interface RunOptions extends PerformOptions {
  readonly redis: Redis;
  readonly domain: string;
  readonly duties: readonly Duty[];
  readonly concurrency: number;
  /** Who this worker is, as the queue shows who has a job. */
  readonly name: string;
  /** Called when a job ends, with its kind, what became of it, and ms from taking to ending it. */
  readonly onEnd: (kind: string, outcome: 'done' | 'later' | 'refused' | 'threw', ms: number) => void;
  /** Called when a job has failed for good: refused, or out of attempts. */
  readonly onFailed: (kind: string) => void;
}

export interface Running {
  /** When this worker last ended a job, ms since 1970; when it started, before its first. */
  readonly lastProgressAt: () => number;
  /** When the job that has been running longest began, ms since 1970; undefined while none runs. */
  readonly busySince: () => number | undefined;
  /** Stops taking jobs and waits for those running; after `graceMs` the rest are aborted and handed back. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/**
 * Runs one queue: the only place where the fleet's words become BullMQ's.
 *
 * done → completed · later → delayed, no attempt used · refused → failed at once, with the reason · thrown →
 * retried after a capped, jittered pause. A refusal that its caller has taken completes the job: kept as
 * failed, an operator's old command could be retried and put an old setting over a newer one. An unreachable
 * store is `later`, and costs a job with one attempt nothing but its turn. A worker shutting down hands its
 * job back.
 */
export function runQueue(options: RunOptions): Running {
  const { redis, queue } = options;
  const byKind = new Map(options.duties.map((duty) => [duty.job.kind, duty]));
  const stopping = new AbortController();
  let lastProgressAt = Date.now();
  /** Jobs in hand with their start, ms since 1970; the oldest first, as they came. */
  const inHand = new Map<BullJob, number>();

  // Declared in full: BullMQ passes a signal only to a processor with three parameters.
  const process = async (job: BullJob, token: string | undefined, signal: AbortSignal | undefined) => {
    const startedAt = performance.now();
    const signals = [stopping.signal, ...(signal ? [signal] : [])];
    inHand.set(job, Date.now());
    const ending = await logging(storyOf(job), async () => {
      const ended = await perform(job, byKind, signals, options).catch((error: unknown) => ({
        kind: 'threw' as const,
        error,
      }));
      inHand.delete(job);
      options.onEnd(job.name, ended.kind, performance.now() - startedAt);
      return ended;
    });
    lastProgressAt = Date.now();
    if (ending.kind !== 'threw') return conclude(ending, job, token, options);
    if (!stopping.signal.aborted) throw ending.error;
    await job.moveToWait(token);
    throw new WaitingError('handed back by a worker shutting down');
  };

  const worker = new Worker(queue.name, process, settingsOf(options), readingAnything(redis));
  listen(worker, options);

  return {
    lastProgressAt: () => lastProgressAt,
    busySince: () => inHand.values().next().value,
    async stop(graceMs) {
      const closed = worker.close();
      const grace = setTimeout(() => {
        stopping.abort(new Error('the worker is shutting down'));
        worker.cancelAllJobs('the worker is shutting down');
      }, graceMs);
      await closed;
      clearTimeout(grace);
    },
  };
}

const settingsOf = ({ redis, name, domain, queue, concurrency }: RunOptions): WorkerOptions => ({
  connection: redis,
  name,
  prefix: queuePrefix(domain, queue.name as QueueName),
  concurrency,
  ...lockTimes,
  maxStalledCount: 1_000_000,
  skipVersionCheck: true,
  // Of jobs that somebody added without saying so, too.
  removeOnComplete: keptCompleted,
  removeOnFail: keptFailed,
  settings: { backoffStrategy: (attempt, _type, _error, job) => pauseBefore(attempt, job) },
});

function pauseBefore(attempt: number, job: { opts: { backoff?: unknown } } | undefined): number {
  const { backoff: configured } = job?.opts ?? {};
  const firstMs =
    typeof configured === 'object' && configured && 'delay' in configured ? Number(configured.delay) : 200;
  return backoff(attempt, firstMs, Math.random());
}

/** Acts on what BullMQ says of jobs: those that lost their lock, failed or stalled. */
function listen(worker: Worker, { redis, queue, log, onFailed }: RunOptions): void {
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'the lock was lost: another worker may have the job');
  });
  worker.on('failed', (job, error) => {
    log.warn({ queue: queue.name, ...(job && storyOf(job)), err: error }, 'job failed');
    // One that will be tried again has not finished.
    if (job?.finishedOn) onFailed(job.name);
  });
  worker.on('stalled', (id) => {
    log.warn({ queue: queue.name, job: id }, 'job stalled: its worker is gone or blocked');
    // A broken count of its starts fails the script that fetches it, before a worker has anything to mend.
    mendStored(redis, queue.toKey(id)).catch((err: unknown) =>
      log.error({ queue: queue.name, job: id, err }, 'could not mend a stalled job'),
    );
  });
  breakOnErrors(worker, log);
}

/** Tells a caller that waits, and BullMQ, what became of a job. */
async function conclude(
  outcome: Outcome,
  job: BullJob,
  token: string | undefined,
  options: RunOptions,
): Promise<unknown> {
  const { queue, log } = options;
  const told = await answer(outcome, job, options);
  if (!told) return translate(outcome, job, queue, token);
  log.info({ queue: queue.name, ...storyOf(job), reason: told.refused }, 'job refused, as its caller knows');
  return told;
}

async function translate(
  outcome: Outcome,
  job: BullJob,
  queue: Queue,
  token: string | undefined,
): Promise<unknown> {
  switch (outcome.kind) {
    case 'done':
      await keepRefusals(outcome.refusals ?? [], job, queue);
      return outcome.result;
    case 'later': {
      const data: Envelope = job.data;
      // A full store takes no such note, and yet the job is put off.
      await job.updateData({ ...data, putOff: (data.putOff ?? 0) + 1 }).catch((error: unknown) => {
        if (!isOfTheStore(error)) throw error;
      });
      await job.moveToDelayed(Date.now() + outcome.ms, token);
      throw new DelayedError(outcome.reason);
    }
    case 'refused':
      throw new UnrecoverableError(outcome.reason.slice(0, 4_000));
  }
}
