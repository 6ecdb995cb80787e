import type { Job, Queue } from 'bullmq';

/** How long (ms) a caller waits in silence, and how often it is then told why it waits. */
const silentMs = 1_500;
const tellMs = 5_000;

/**
 * Why a queue whose caller has waited for a while stands still: it is paused, nobody takes its jobs, or the
 * one in hand does not end. `undefined` where none of it is to be seen. Workers are not counted: the list of
 * the server's clients is not for producers.
 */
export async function whyStands(queue: Queue): Promise<string | undefined> {
  const [paused, [inHand]] = await Promise.all([queue.isPaused(), queue.getJobs(['active'], 0, 0, true)]);
  if (paused) return `queue ${queue.name} is paused; "queue resume ${queue.name}" lets it go on`;
  return inHand ? held(queue, inHand) : `no worker serves queue ${queue.name}`;
}

/** How long (ms) workers put a job off, at least, that found its store away. */
const awayMs = 2_000;

/** Why a job whose caller waits has not ended, in one sentence. */
export async function whyWaits(queue: Queue, jobId: string): Promise<string> {
  const job: Job | undefined = await queue.getJob(jobId);
  const state = await job?.getState();
  if (job && state === 'delayed') {
    if (job.attemptsMade > 0)
      return `it failed ${job.attemptsMade} times and is tried again: ${job.failedReason}`;
    // Work that waits for other work looks again much sooner.
    return job.delay < awayMs
      ? 'what came before it is done first'
      : 'DocumentDB cannot be reached; it is tried again every 2 s';
  }
  const own = job && state === 'active' ? held(queue, job) : undefined;
  const why = own ?? (await whyStands(queue));
  return why ?? `${await queue.count()} jobs wait on queue ${queue.name}, this one among them`;
}

/** A job in hand for this long (ms) is told of: most take milliseconds. */
const longMs = 1_000;

/** What all work but a cycle's waits for, when it waits, is a statement on DocumentDB. */
function held(queue: Queue, { name, processedOn, processedBy }: Job): string | undefined {
  const ms = Date.now() - (processedOn ?? Date.now());
  if (ms < longMs) return undefined;
  const cause =
    queue.name === 'matchmaking'
      ? 'its pool is large (or that worker hangs)'
      : 'DocumentDB does not answer, or only slowly (or that worker hangs)';
  return `worker ${processedBy ?? ''} has had ${name} for ${(ms / 1_000).toFixed(1)} s: ${cause}`;
}

/**
 * Tells a caller why it waits, once it has waited for a while, and again when that has changed or 5 s have
 * passed. Where nobody listens nothing is asked.
 */
export function openTelling(why: () => Promise<string | undefined>, tell?: (why: string) => void) {
  let told: { readonly at: number; readonly text: string } | undefined;
  let next = Date.now() + silentMs;
  return {
    async look(): Promise<void> {
      if (!tell || Date.now() < next) return;
      next = Date.now() + 1_000;
      const text = await why();
      if (text === undefined || (told && Date.now() - told.at < tellMs && sameBut(told.text, text))) return;
      told = { at: Date.now(), text };
      tell(text);
    },
  };
}

/** The same cause, however long it has lasted. */
const sameBut = (one: string, other: string): boolean =>
  one.replaceAll(/[\d.]+/g, '') === other.replaceAll(/[\d.]+/g, '');
