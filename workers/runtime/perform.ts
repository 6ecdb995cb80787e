import type { Job as BullJob, Queue } from 'bullmq';
import {
  done,
  type Envelope,
  envelope,
  later,
  type Outcome,
  problemsOf,
  type Refusal,
  refused,
} from '../../jobs/contract.ts';
import { idsOf } from '../../jobs/item-ids.ts';
import { mayEnqueue } from '../../jobs/permissions.ts';
import { replacedBecause } from '../../jobs/stored-job.ts';
import { isLoginRefused, isUnreachable } from '../records/database.ts';
import type { Log } from '../telemetry/log.ts';
import type { Tracer } from '../telemetry/tracer.ts';
import { isLate, openDeadline } from './deadline.ts';
import { dueAtOf } from './due-at.ts';
import type { Duty } from './handler.ts';
import { type GoodItem, resultOf, sortItems } from './items.ts';
import { isOfTheStore } from './store-trouble.ts';
import { storyOf } from './story-of.ts';

export interface PerformOptions {
  readonly queue: Queue;
  readonly tracer: Tracer;
  readonly log: Log;
  /** Whether DocumentDB answers, asked when a job took too long. Default: it does. */
  readonly recordAnswers?: () => Promise<boolean>;
  /** Called when DocumentDB refused the login of this process. */
  readonly onLoginRefused: () => void;
}

/**
 * A job started this often more than it ended has taken its worker down each time: it is kept as failed.
 * Stalls as such never fail a job (two deploys would), so BullMQ's own count is out of reach.
 */
const maxCrashes = 10;
const unreachableMs = 2_000;

/** Parses the envelope, then each item alone, and runs the handler on the items that parse. */
export async function perform(
  job: BullJob,
  byKind: ReadonlyMap<string, Duty>,
  signals: readonly AbortSignal[],
  options: PerformOptions,
): Promise<Outcome> {
  const admitted = admit(job, byKind, options.queue);
  if ('kind' in admitted) return admitted;
  const { duty, content } = admitted;
  const { kind, timeoutMs, attempts } = duty.job;
  const { good, bad } = sortItems(duty.job, content.items);
  if (good.length === 0) return refused(bad.map((it) => it.reason).join('; '));
  using deadline = openDeadline(signals, timeoutMs, `${kind} took longer than ${timeoutMs} ms`);
  try {
    const outcome = await handle(job, admitted, good, deadline.signal, options);
    return outcome.kind === 'done' ? withRefusals(outcome, good, bad, content.items.length) : outcome;
  } catch (error) {
    return whenThrown(error, job, attempts, options);
  }
}

/** A job that may run: its duty, and what its envelope says. */
interface Admitted {
  readonly duty: Duty;
  readonly content: Envelope;
}

function admit(job: BullJob, byKind: ReadonlyMap<string, Duty>, queue: Queue): Admitted | Outcome {
  const replaced = replacedBecause(job.data);
  if (replaced) return refused(replaced);
  const parsed = envelope.safeParse(job.data);
  if (!parsed.success) return refused(problemsOf(parsed.error).join('; '));
  const { kind, items, actor, putOff = 0 } = parsed.data;
  const duty = byKind.get(kind);
  if (!duty) return refused(`kind: ${kind} is no work of queue ${queue.name}`);
  if (!mayEnqueue(kind, actor)) return refused(`actor: a player may not ask for ${kind}`);
  const { limit } = duty.job;
  if (items.length > limit)
    return refused(`items: ${items.length} items, at most ${limit} fit one ${kind} job`);
  const crashes = job.attemptsStarted - 1 - job.attemptsMade - putOff;
  if (crashes > maxCrashes)
    return refused(`started ${crashes} times without ending: it seems to take its worker down`);
  return { duty, content: parsed.data };
}

/** Runs the handler on items that parse, as a segment of its caller's trace. */
function handle(
  job: BullJob,
  { duty, content: { kind, actor, trace, traces } }: Admitted,
  good: readonly GoodItem[],
  signal: AbortSignal,
  { tracer, queue }: PerformOptions,
): Promise<Outcome> {
  const traceOf = (index: number) => traces?.[index] || trace;
  const run = async () => {
    for (const { index, item } of good) tracer.serve(traceOf(index), idsOf(item));
    const work = duty.handle(
      good.map((it) => it.item),
      {
        actor,
        signal,
        repeated: job.attemptsStarted > 1,
        dueAt: dueAtOf(job),
        calls: good.map(({ index }) => ({ id: `${job.id}-${index}`, trace: traceOf(index) })),
      },
    );
    const ended = await abandonedBy(signal, work);
    if (ended.kind === 'later') tracer.mark('throttle');
    if (ended.kind === 'refused' || (ended.kind === 'done' && ended.refusals?.length)) tracer.mark('error');
    return ended;
  };
  return tracer.segment(kind, trace, run, { queue: queue.name, job: job.id ?? '' });
}

/** What a handler did, its refusals by their place in the job beside those of items that do not parse. */
function withRefusals(
  outcome: Extract<Outcome, { kind: 'done' }>,
  good: readonly GoodItem[],
  bad: readonly Refusal[],
  length: number,
): Outcome {
  const unfit = (outcome.refusals ?? []).map(({ index, reason }) => ({
    index: good[index]?.index ?? index,
    reason,
  }));
  const refusals = [...bad, ...unfit];
  if (refusals.length === length) return refused(refusals.map((it) => it.reason).join('; '));
  return done(resultOf(outcome, good, length), refusals);
}

/** A job that failed for want of a store is put off; any other failure is thrown again. */
async function whenThrown(
  error: unknown,
  job: BullJob,
  attempts: number,
  { queue, log, onLoginRefused, recordAnswers = async () => true }: PerformOptions,
): Promise<Outcome> {
  if (isLoginRefused(error)) onLoginRefused();
  const full = isOfTheStore(error);
  const away = full || isUnreachable(error) || (isLate(error) && !(await recordAnswers()));
  if (!away) throw error;
  const why = full ? `the queue Redis cannot do it now: ${error}` : 'DocumentDB cannot be reached';
  if (attempts > 1) return later(unreachableMs, why);
  // A job with one attempt has another way to be done again: waiting would hold that up, and keeping it tells
  // nobody anything.
  log.warn(
    { queue: queue.name, ...storyOf(job), err: error },
    `job left: ${full ? 'the queue Redis cannot do it now' : why}`,
  );
  return done();
}

/**
 * The work's result, or the signal's reason if that comes first: a handler that ignores its signal cannot
 * hold a job.
 */
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
