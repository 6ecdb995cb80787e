import { z } from 'zod';
import { playerId } from './ids.ts';
import { plainProblems } from './plain-words.ts';
import { type Problem, problemLine, problemList } from './problem-list.ts';

/**
 * The words of a job, in one place.
 *
 * - **job** a kind of work: where it waits, what one item of it looks like, how hard to try
 * - **item** one piece of that work; a job carries 1 to `limit` of them, since items per job is the large
 *   throughput lever (one Redis script per job, whatever it carries)
 * - **envelope** what travels on the queue: the kind, its items, who asks, and the trace it belongs to
 * - **outcome** what a handler says happened; throwing instead means "try again"
 */
export interface Job<Item = unknown, Result = unknown> {
  /** Stable string, stored in Redis: renaming the code does not rename the work. */
  readonly kind: string;
  readonly queue: QueueName;
  readonly item: z.ZodType<Item>;
  /** What its handler answers somebody who waits for it. Default: anything, since nobody reads it. */
  readonly result: z.ZodType<Result>;
  /** Most items one job carries. */
  readonly limit: number;
  /** How often a throwing handler is tried, the first time included. */
  readonly attempts: number;
  /** First pause before a retry, in milliseconds; it doubles up to `backoffCapMs`, with jitter. */
  readonly backoffMs: number;
  /** A handler running longer than this (milliseconds) gets its abort signal. */
  readonly timeoutMs: number;
  /**
   * 0: in order of arrival. More: behind every job of its queue with less. What brings new work in stands
   * back behind what finishes it, so that a queue with too much to do goes on finishing.
   */
  readonly priority: number;
}

export const queueNames = ['session-creation', 'matchmaking', 'rating-update', 'maintenance'] as const;
export type QueueName = (typeof queueNames)[number];

/** Most bytes of JSON one job may carry. Beyond it Redis, not the handler, becomes the bottleneck. */
export const maxEnvelopeBytes = 256 * 1024;

/** Items per job for every batched kind. */
export const maxItems = 200;

type Defined<Item> = Pick<Job<Item>, 'kind' | 'queue' | 'item'> & Partial<Omit<Job<Item>, 'result'>>;

export function defineJob<Item, Result>(
  job: Defined<Item> & Pick<Job<Item, Result>, 'result'>,
): Job<Item, Result>;
export function defineJob<Item>(job: Defined<Item>): Job<Item>;
export function defineJob<Item>(job: Defined<Item> & Partial<Pick<Job<Item>, 'result'>>): Job<Item> {
  return {
    result: z.unknown(),
    limit: maxItems,
    attempts: 10,
    backoffMs: 200,
    timeoutMs: 30_000,
    priority: 0,
    ...job,
  };
}

/** Who asks: a service inside the network edge, or one player by the verified `sub` of an access token. */
export const actor = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('service'), name: z.string().min(1).max(128) }),
  z.strictObject({ kind: z.literal('player'), playerId }),
]);
export type Actor = z.output<typeof actor>;

export const envelope = z.strictObject({
  kind: z.string().min(1),
  items: z.array(z.unknown()).min(1),
  actor,
  /** X-Ray trace header of the caller, absent when nobody traces. */
  trace: z.string().max(256).optional(),
  /**
   * Per item the trace of its own caller, where calls of several traces share the job; '' where it is
   * `trace`.
   */
  traces: z.array(z.string().max(256)).max(maxItems).optional(),
  /** When the producer sent it, ms since 1970 on the producer's clock: for the logs, never for a decision. */
  sentAt: z.number(),
  /** Somebody waits for what becomes of it, at `replyKey`. */
  reply: z.boolean().optional(),
  /** How often a handler put the job off; see `workers/runtime/run.ts`. */
  putOff: z.int().nonnegative().optional(),
});
export type Envelope = z.output<typeof envelope>;

/** Who asks, when, and as part of which trace. */
type Asking = Pick<Envelope, 'actor' | 'sentAt'> & {
  readonly trace?: string | undefined;
  readonly traces?: readonly string[] | undefined;
  readonly reply?: boolean | undefined;
};

/** The envelope of a job: what every producer and worker puts on a queue. */
export const seal = <Item>(
  job: Pick<Job<Item>, 'kind'>,
  items: readonly Item[],
  { trace, traces, reply, ...asking }: Asking,
): Envelope => ({
  kind: job.kind,
  items: [...items],
  ...asking,
  ...(trace && { trace }),
  ...(traces?.some(Boolean) && { traces: [...traces] }),
  ...(reply && { reply }),
});

/** An item that cannot be done, by its place in the envelope, with a reason that names the field. */
export interface Refusal {
  readonly index: number;
  readonly reason: string;
}

/** Refusals of a batch from a reason per item, `undefined` where there is none. */
export const refusalsOf = (reasons: readonly (string | undefined)[]): Refusal[] =>
  reasons.flatMap((reason, index) => (reason === undefined ? [] : [{ index, reason }]));

export type Outcome =
  | {
      readonly kind: 'done';
      readonly result?: unknown;
      /** Instead of a result one for each item, in their order. */
      readonly results?: readonly unknown[];
      readonly refusals?: readonly Refusal[];
    }
  | { readonly kind: 'later'; readonly ms: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly reason: string };

export const done = (result?: unknown, refusals: readonly Refusal[] = []): Outcome => ({
  kind: 'done',
  result,
  refusals,
});
/** Each item has a result of its own; one that was refused need not. */
export const doneEach = (results: readonly unknown[], refusals: readonly Refusal[] = []): Outcome => ({
  kind: 'done',
  results,
  refusals,
});
export const later = (ms: number, reason: string): Outcome => ({ kind: 'later', ms, reason });
export const refused = (reason: string): Outcome => ({ kind: 'refused', reason });

/** Failed jobs a queue keeps; beyond it the oldest go. */
export const keptFailures = 2_000;

/**
 * A week of failed jobs with their reasons, for `queue failed` and `queue retry`: at most half a gigabyte.
 */
export const keptFailed = { age: 7 * 24 * 3600, count: keptFailures };

/**
 * Long enough for a caller to fetch a result; few, since jobs are large and an idle queue evicts nothing by
 * age.
 */
export const keptCompleted = { age: 60, count: 100 };

/** What BullMQ is told about every job of a kind, whoever adds it. */
export function jobOptions(job: Job) {
  return {
    attempts: job.attempts,
    backoff: { type: 'capped', delay: job.backoffMs },
    sizeLimit: maxEnvelopeBytes,
    ...(job.priority > 0 && { priority: job.priority }),
    removeOnComplete: keptCompleted,
    removeOnFail: keptFailed,
  };
}

export const backoffCapMs = 30_000;

/**
 * Pause before the `attempt`-th retry (1-based): exponential, capped, "full jitter" over the upper half, so
 * that a thousand jobs failed by one outage do not come back in one wave. `chance` is uniform in [0, 1).
 */
export function backoff(attempt: number, firstMs: number, chance: number): number {
  const ceiling = Math.min(backoffCapMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * chance);
}

/**
 * The first problem of a failed parse as one line: `items[3].players[0].playerId: too long (at most 1024)`.
 */
export function firstProblem(error: z.ZodError, root = ''): string {
  return problemsOf(error, root)[0] ?? 'invalid';
}

/** Every problem of a failed parse, one line each, named by its path; of many the first ones. */
export const problemsOf = (error: z.ZodError, root = ''): string[] =>
  problemList(fieldProblems(error, root).map(problemLine));

/** The same with paths by themselves: `players[0].playerId`. */
export const fieldProblems = (error: z.ZodError, root = ''): Problem[] =>
  error.issues
    .flatMap((issue) => plainProblems(issue))
    .map(({ path, message }) => ({
      path: path.reduce<string>(
        (text, part) =>
          typeof part === 'number' ? `${text}[${part}]` : `${text && `${text}.`}${shown(part)}`,
        root,
      ),
      message,
    }));

/** A name of what a caller sent: it may be as long as they like. */
const shown = (part: PropertyKey): string => String(part).slice(0, 128);
