import { randomUUID } from 'node:crypto';
import { Worker } from 'bullmq';
import { type Envelope, type Job, type Outcome, type QueueName, queueNames } from '../../jobs/contract.ts';
import { queuePrefix } from '../../jobs/keys.ts';
import { sweep } from '../../jobs/maintenance/jobs.ts';
import { defaultReadableMs } from '../../jobs/matchmaking/claim.ts';
import { openTopics } from '../../workers/maintenance/topics.ts';
import { beat } from '../../workers/matchmaking/beat.ts';
import { openDuties } from '../../workers/process/duties.ts';
import type { Stores } from '../../workers/process/stores.ts';
import { openQueues, type Queues } from '../../workers/runtime/enqueue.ts';
import { wakeDueLadders } from '../../workers/runtime/wake-ladder.ts';
import type { Log } from '../../workers/telemetry/log.ts';
import type { Metrics } from '../../workers/telemetry/metrics.ts';
import { noTracer } from '../../workers/telemetry/tracer.ts';
import { passTime } from './fleet-clock.ts';
import { openFleetStores, perform } from './fleet-stores.ts';

/** What one worker works with. */
export type Kit = Stores & { readonly queues: Queues };

export type HandFleet = Awaited<ReturnType<typeof openHandFleet>>;

/** Longer (ms) than the beat's and the sweep's patience with what somebody may still be at. */
const pastPatienceMs = 11_000;

/**
 * A fleet without processes and timers: real stores, real queues, the handlers of
 * `workers/process/duties.ts`, and a clock that a test moves, so that it decides what happens when.
 * `documentdb`: the URI of another server than the run's.
 */
export async function openHandFleet(documentdb?: string) {
  const opened = new AsyncDisposableStack();
  const { [Symbol.asyncDispose]: closeStores, ...fleet } = await openFleetStores(documentdb);
  opened.defer(closeStores);
  const { redis, domain } = fleet;
  const queues = openQueues(redis, domain, noTracer, (error) => {
    throw error;
  });
  opened.defer(queues.close);
  const takers = queueNames.map((name) => {
    const prefix = queuePrefix(domain, name);
    const taker = new Worker(name, undefined, {
      connection: redis,
      prefix,
      autorun: false,
      skipVersionCheck: true,
    });
    opened.defer(() => taker.close());
    return { name, taker };
  });
  const kit: Kit = { ...fleet.stores, queues };
  const crew = openCrew(kit);

  /** Takes the next job of a queue and ends it as its outcome says. */
  const takeOne = async ({ name, taker }: { name: QueueName; taker: Worker }): Promise<boolean> => {
    const job = await taker.getNextJob(name, { block: false });
    if (!job) return false;
    const { kind, items } = job.data as Envelope;
    const outcome = await crew.work(kind, items).catch((error: Error) => ({ kind: 'threw' as const, error }));
    if (outcome.kind === 'done') await job.moveToCompleted(outcome.result ?? null, name, false);
    else if (outcome.kind === 'later') await job.moveToDelayed(Date.now(), name);
    else
      await job.moveToFailed(
        outcome.kind === 'threw' ? outcome.error : new Error(outcome.reason),
        name,
        false,
      );
    return true;
  };

  /** Does what waits in the queues, and what that adds to them. Returns how many jobs that were. */
  const drain = async (): Promise<number> => {
    let jobs = 0;
    for (let before = -1; before !== jobs; ) {
      before = jobs;
      for (const each of takers) while (await takeOne(each)) jobs++;
    }
    return jobs;
  };

  /** Lets fleet time be `ms` later. */
  const advance = (ms: number): Promise<void> => passTime(redis, domain, ms);

  return {
    ...fleet,
    kit,
    ...crew,
    drain,
    advance,

    /**
     * What the rest of the fleet does until nothing is left to do: jobs, and beat and sweep once patience is
     * over.
     */
    async workOff(): Promise<void> {
      await drain();
      do {
        await advance(pastPatienceMs);
        await crew.beat();
        await crew.work(sweep.kind, [{}]);
      } while ((await drain()) > 0);
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** A worker that does one thing at a time when it is told to. `observe` is told what it measures. */
export function openCrew({ queues, ...stores }: Kit, observe: Metrics['observe'] = () => undefined) {
  const metrics = { observe, flush: async () => undefined } as unknown as Metrics;
  const log = { error: () => undefined, warn: () => undefined } as unknown as Log;
  const settings = {
    ...{ reportSlotMs: 10_000, matchTtlMs: 7_200_000, fleetTopic: undefined },
    retention: { retentionMs: 24 * 3_600_000, mostBytes: 2 ** 30 },
    ended: { days: 30, auditDays: 400, readableMs: defaultReadableMs },
  };
  const tools = { queues, metrics, log, settings };
  const everything = { ...stores, topics: openTopics() };
  const duties = queueNames.flatMap((queue) => openDuties(queue, everything, tools));

  return {
    /** Runs the handler of a kind once; `repeated`: somebody may have run the job before. */
    async work(
      kind: Job['kind'],
      items: readonly unknown[],
      actor?: Envelope['actor'],
      repeated = false,
    ): Promise<Outcome> {
      const duty = duties.find((it) => it.job.kind === kind);
      if (!duty) throw new Error(`${kind} is no work of this fleet`);
      return await perform(
        duty.handle,
        items.map((item) => duty.job.item.parse(item)),
        actor,
        randomUUID(),
        Date.now(),
        repeated,
      );
    },
    async beat(): Promise<void> {
      await beat(stores.pool, queues);
      await wakeDueLadders(stores.pool, queues);
    },
  };
}
