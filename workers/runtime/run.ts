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
  done,
  type Envelope,
  envelope,
  keptCompleted,
  keptFailed,
  later,
  mayAsk,
  type Outcome,
  problemsOf,
  type QueueName,
  refused,
} from '../../jobs/contract.ts';
import { idsOf } from '../../jobs/item-ids.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { replacedBecause } from '../../jobs/stored-job.ts';
import { isLoginRefused, isUnreachable } from '../records/database.ts';
import { type Log, logging } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { answer } from './answer.ts';
import { breakOnErrors } from './breaker.ts';
import { isLate, openDeadline } from './deadline.ts';
import { dueAtOf } from './due-at.ts';
import type { Duty } from './handler.ts';
import { resultOf, sortItems } from './items.ts';
import { keepRefusals } from './keep-refusals.ts';
import { lockTimes } from './locks.ts';
import { isOfTheStore } from './store-trouble.ts';
import { mendStored, readingAnything } from './stored-jobs.ts';
import { storyOf } from './story-of.ts';

export interface RunOptions {
  readonly redis: Redis;
  readonly domain: string;
  readonly queue: Queue;
  readonly duties: readonly Duty[];
  readonly concurrency: number;
  /** Who this worker is, as the queue shows who has a job. */
  readonly name: string;
  readonly tracer: Tracer;
  readonly log: Log;
  /** Called when a job ends, with its kind, what became of it, and ms from taking to ending it. */
  readonly onEnd: (kind: string, outcome: 'done' | 'later' | 'refused' | 'threw', ms: number) => void;
  /** Called when a job has failed for good: refused, or out of attempts. */
  readonly onFailed: (kind: string) => void;
  /** Whether DocumentDB answers, asked when a job took too long. Default: it does. */
  readonly recordAnswers?: () => Promise<boolean>;
  /** Called when DocumentDB refused the login of this process. */
  readonly onLoginRefused: () => void;
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
 * A job started this often more than it ended has taken its worker down each time: it is kept as failed. Stalls as such
 * never fail a job (two deploys would), so BullMQ's own count is out of reach.
 */
const maxCrashes = 10;
const unreachableMs = 2_000;

/**
 * Runs one queue: the only place where the fleet's words become BullMQ's.
 *
 * done → completed · later → delayed, no attempt used · refused → failed at once, with the reason · thrown → retried
 * after a capped, jittered pause. A refusal that its caller has taken completes the job: kept as failed, an operator's old
 * command could be retried and put an old setting over a newer one. An unreachable store is `later`, and
 * costs a job with one attempt nothing but its turn. A worker shutting down hands its job back.
 */
export function runQueue(options: RunOptions): Running {
  const { redis, domain, queue, duties, concurrency, log } = options;
  const byKind = new Map(duties.map((duty) => [duty.job.kind, duty]));
  const stopping = new AbortController();
  let lastProgressAt = Date.now();
  /** Jobs in hand with their start, ms since 1970; the oldest first, as they came. */
  const inHand = new Map<BullJob, number>();

  // Declared in full: BullMQ passes a signal only to a processor with three parameters.
  const process = async (job: BullJob, token: string | undefined, signal: AbortSignal | undefined) => {
    const startedAt = performance.now();
    const signals = [stopping.signal, ...(signal ? [signal] : [])];
    inHand.set(job, Date.now());
    const outcome = await logging(storyOf(job), async () => {
      const ended = await perform(job, byKind, signals, options).catch((error: unknown) => ({
        kind: 'threw' as const,
        error,
      }));
      inHand.delete(job);
      options.onEnd(job.name, ended.kind, performance.now() - startedAt);
      return ended;
    });
    lastProgressAt = Date.now();
    if (outcome.kind === 'threw') {
      if (!stopping.signal.aborted) throw outcome.error;
      await job.moveToWait(token);
      throw new WaitingError('handed back by a worker shutting down');
    }
    const told = await answer(outcome, job, options);
    if (!told) return translate(outcome, job, queue, token);
    log.info(
      { queue: queue.name, ...storyOf(job), reason: told.refused },
      'job refused, as its caller knows',
    );
    return told;
  };

  const settings: WorkerOptions = {
    connection: redis,
    name: options.name,
    prefix: queuePrefix(domain, queue.name as QueueName),
    concurrency,
    ...lockTimes,
    maxStalledCount: 1_000_000,
    skipVersionCheck: true,
    // Of jobs that somebody added without saying so, too.
    removeOnComplete: keptCompleted,
    removeOnFail: keptFailed,
    settings: { backoffStrategy: (attempt, _type, _error, job) => pauseBefore(attempt, job) },
  };
  const worker = new Worker(queue.name, process, settings, readingAnything(redis));
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) worker.cancelJob(id, 'the lock was lost: another worker may have the job');
  });
  worker.on('failed', (job, error) => {
    log.warn({ queue: queue.name, ...(job && storyOf(job)), err: error }, 'job failed');
    // One that will be tried again has not finished.
    if (job?.finishedOn) options.onFailed(job.name);
  });
  worker.on('stalled', (id) => {
    log.warn({ queue: queue.name, job: id }, 'job stalled: its worker is gone or blocked');
    // A broken count of its starts fails the script that fetches it, before a worker has anything to mend.
    mendStored(redis, queue.toKey(id)).catch((err: unknown) =>
      log.error({ queue: queue.name, job: id, err }, 'could not mend a stalled job'),
    );
  });
  breakOnErrors(worker, log);

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

function pauseBefore(attempt: number, job: { opts: { backoff?: unknown } } | undefined): number {
  const { backoff: configured } = job?.opts ?? {};
  const firstMs =
    typeof configured === 'object' && configured && 'delay' in configured ? Number(configured.delay) : 200;
  return backoff(attempt, firstMs, Math.random());
}

/** Parses the envelope, then each item alone, and runs the handler on the items that parse. */
async function perform(
  job: BullJob,
  byKind: ReadonlyMap<string, Duty>,
  signals: readonly AbortSignal[],
  { tracer, queue, log, onLoginRefused, recordAnswers = async () => true }: RunOptions,
): Promise<Outcome> {
  const replaced = replacedBecause(job.data);
  if (replaced) return refused(replaced);
  const parsed = envelope.safeParse(job.data);
  if (!parsed.success) return refused(problemsOf(parsed.error).join('; '));
  const { kind, items, actor, trace, traces, putOff = 0 } = parsed.data;
  const duty = byKind.get(kind);
  if (!duty) return refused(`kind: ${kind} is no work of queue ${queue.name}`);
  if (!mayAsk(duty.job, actor)) return refused(`actor: a player may not ask for ${kind}`);
  const { limit, timeoutMs, attempts } = duty.job;
  if (items.length > limit)
    return refused(`items: ${items.length} items, at most ${limit} fit one ${kind} job`);
  const crashes = job.attemptsStarted - 1 - job.attemptsMade - putOff;
  if (crashes > maxCrashes)
    return refused(`started ${crashes} times without ending: it seems to take its worker down`);

  const { good, bad } = sortItems(duty.job, items);
  if (good.length === 0) return refused(bad.map((it) => it.reason).join('; '));
  using deadline = openDeadline(signals, timeoutMs, `${kind} took longer than ${timeoutMs} ms`);
  const { signal } = deadline;
  try {
    const trail = { queue: queue.name, job: job.id ?? '' };
    const run = async () => {
      for (const { index, item } of good) tracer.serve(traces?.[index] || trace, idsOf(item));
      const work = duty.handle(
        good.map((it) => it.item),
        {
          actor,
          signal,
          repeated: job.attemptsStarted > 1,
          dueAt: dueAtOf(job),
          calls: good.map(({ index }) => ({ id: `${job.id}-${index}`, trace: traces?.[index] || trace })),
        },
      );
      const ended = await abandonedBy(signal, work);
      if (ended.kind === 'later') tracer.mark('throttle');
      if (ended.kind === 'refused' || (ended.kind === 'done' && ended.refusals?.length)) tracer.mark('error');
      return ended;
    };
    const outcome = await tracer.segment(kind, trace, run, trail);
    if (outcome.kind !== 'done') return outcome;
    const unfit = (outcome.refusals ?? []).map(({ index, reason }) => ({
      index: good[index]?.index ?? index,
      reason,
    }));
    const refusals = [...bad, ...unfit];
    if (refusals.length === items.length) return refused(refusals.map((it) => it.reason).join('; '));
    return done(resultOf(outcome, good, items.length), refusals);
  } catch (error) {
    if (isLoginRefused(error)) onLoginRefused();
    const full = isOfTheStore(error);
    const away = full || isUnreachable(error) || (isLate(error) && !(await recordAnswers()));
    if (!away) throw error;
    const why = full ? `the queue Redis cannot do it now: ${error}` : 'DocumentDB cannot be reached';
    if (attempts > 1) return later(unreachableMs, why);
    // A job with one attempt has another way to be done again: waiting would hold that up, and keeping it tells nobody anything.
    log.warn(
      { queue: queue.name, ...storyOf(job), err: error },
      `job left: ${full ? 'the queue Redis cannot do it now' : why}`,
    );
    return done();
  }
}

/** The work's result, or the signal's reason if that comes first: a handler that ignores its signal cannot hold a job. */
async function abandonedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abandon = () => reject(signal.reason);
  if (signal.aborted) abandon();
  signal.addEventListener('abort', abandon, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
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
