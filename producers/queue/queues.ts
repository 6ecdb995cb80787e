import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Actor, type Job, jobOptions, type QueueName, queueNames, seal } from '../../jobs/contract.ts';
import { queuePrefix, type Reply, replyKey } from '../../jobs/keys.ts';
import { formatTraceHeader, newTraceId, parseTraceHeader } from '../../jobs/trace-header.ts';
import type { Calling } from '../call.ts';
import { resultOf } from '../parse.ts';
import { RequestError, refused } from '../request-error.ts';
import { readingAnything } from './stored-jobs.ts';
import { openTelling, whyWaits } from './why-waits.ts';

export type ProducerQueues = ReturnType<typeof openQueues>;

/** How often (ms) a caller that waits for a result looks for it. */
const pollMs = 25;

/**
 * What BullMQ takes, and: whether somebody waits for the outcome; per item the trace of the call that gave
 * it.
 */
type AddOptions = JobsOptions & {
  readonly reply?: boolean;
  readonly traces?: readonly (string | undefined)[];
};

/**
 * The fleet's queues as producers add to them. `callersTrace` gives the X-Ray header of whoever is calling.
 */
export function openQueues(
  redis: Redis,
  domain: string,
  callersTrace: () => string | undefined,
  onError: (error: Error) => void,
  onWait?: (why: string) => void,
) {
  const open = (name: QueueName) => {
    const queue = new Queue(
      name,
      { connection: redis, prefix: queuePrefix(domain, name), skipVersionCheck: true },
      readingAnything(redis),
    );
    queue.on('error', onError);
    return queue;
  };
  const queues = Object.fromEntries(queueNames.map((name) => [name, open(name)])) as Record<QueueName, Queue>;

  /** The caller's trace; none where its header is not one: a bad trace must never cost a job. */
  const trace = (): string | undefined => {
    const given = parseTraceHeader(callersTrace());
    return given && formatTraceHeader(given);
  };

  const add = async <Item>(
    job: Job<Item>,
    items: readonly Item[],
    actor: Actor,
    { reply, traces = [trace()], ...options }: AddOptions = {},
  ) => {
    const envelope = seal(job, items, { actor, sentAt: Date.now(), reply, ...inOneJob(traces) });
    return queues[job.queue].add(job.kind, envelope, { ...jobOptions(job), ...options });
  };

  return {
    queues,
    trace,
    add,
    onWait,

    /**
     * Adds a job and waits for what its handler returns. A refusal throws `refused` with the reason, and no
     * job is kept. A job that failed for good, or that nobody answered in time, throws `unavailable` and says
     * why: it is kept. Meanwhile `onWait` is told what it waits for.
     */
    async ask<Item, Result>(
      job: Job<Item, Result>,
      item: Item,
      { actor, signal }: Calling,
      timeoutMs = 30_000,
    ): Promise<Result> {
      const added = await add(job, [item], actor, { reply: true });
      const key = replyKey(domain, job.queue, added.id ?? '');
      const why = () => whyWaits(queues[job.queue], added.id ?? '');
      const telling = openTelling(why, onWait);
      for (const until = Date.now() + timeoutMs; Date.now() < until; await pause(pollMs)) {
        signal?.throwIfAborted();
        const text = await redis.getdel(key);
        if (text) {
          const reply = JSON.parse(text) as Reply;
          if ('refused' in reply) throw refused(reply.refused);
          return resultOf(job, reply.result);
        }
        await telling.look();
        if ((await added.getState()) !== 'failed') continue;
        const { failedReason } = (await queues[job.queue].getJob(added.id ?? '')) ?? {};
        throw new RequestError(
          'unavailable',
          `${job.kind} failed: ${failedReason ?? 'for no stated reason'}; it is kept, and "queue retry ${job.queue} --id ${added.id}" tries it again`,
          { outcome: 'unknown' },
        );
      }
      throw new RequestError(
        'unavailable',
        `no worker answered ${job.kind} within ${timeoutMs / 1_000} s: ${await why()}. It stays queued`,
        { outcome: 'unknown' },
      );
    },

    async close(): Promise<void> {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
    },
  };
}

/** A trace that begins here; the worker that meets it first decides whether it is recorded. */
export const newTrace = (): string =>
  formatTraceHeader({ root: newTraceId(Date.now(), randomBytes(12).toString('hex')) });

/** One trace for a job of calls from several, a recorded one if there is any, and the others beside it. */
function inOneJob(traces: readonly (string | undefined)[]): { trace: string; traces: string[] } {
  const recorded = traces.find((it) => it?.endsWith('Sampled=1'));
  const trace = recorded ?? traces.find((it) => it !== undefined) ?? newTrace();
  return { trace, traces: traces.map((it) => (it === undefined || it === trace ? '' : it)) };
}
