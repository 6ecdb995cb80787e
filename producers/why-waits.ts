import type { Job, Queue } from 'bullmq';

/** How long (ms) a caller waits in silence, and how often it is then told why it waits. */
export const silentMs = 1_500;
export const tellMs = 5_000;

/** Why nobody works on a queue; `undefined` where nothing is to be seen. */
export async function whyStands(queue: Queue): Promise<string | undefined> {
  const [paused, workers] = await Promise.all([queue.isPaused(), queue.getWorkersCount()]);
  if (paused) return `queue ${queue.name} is paused; "queue resume ${queue.name}" lets it go on`;
  return workers === 0 ? `no worker serves queue ${queue.name}` : undefined;
}

/** Why a job whose caller waits has not ended, in one sentence. All work that is asked for is a few statements on DocumentDB. */
export async function whyWaits(queue: Queue, jobId: string): Promise<string> {
  const job: Job | undefined = await queue.getJob(jobId);
  const state = await job?.getState();
  const seconds = (since: number) => `${((Date.now() - since) / 1_000).toFixed(1)} s`;
  if (job?.processedOn !== undefined && state === 'active')
    return `worker ${job.processedBy ?? ''} has had it for ${seconds(job.processedOn)}: DocumentDB does not answer, or only slowly (or that worker hangs)`;
  const stands = await whyStands(queue);
  if (stands !== undefined) return stands;
  if (job && state === 'delayed')
    return job.attemptsMade > 0
      ? `it failed ${job.attemptsMade} times and is tried again: ${job.failedReason}`
      : 'DocumentDB cannot be reached; it is tried again every 2 s';
  return `${await queue.count()} jobs wait on queue ${queue.name}, this one among them`;
}

/** Tells a caller why it waits, once it has waited for a while, and again when that has changed or 5 s have passed. */
export function openTelling(why: () => Promise<string | undefined>, tell: (why: string) => void) {
  let told: { readonly at: number; readonly text: string } | undefined;
  let next = Date.now() + silentMs;
  return {
    async look(): Promise<void> {
      if (Date.now() < next) return;
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
