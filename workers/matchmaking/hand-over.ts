import type { Queue } from 'bullmq';
import { mostReason, startMatch } from '../../jobs/session-creation/jobs.ts';
import type { Overdue } from '../pool/outbox.ts';
import type { Queues } from '../runtime/enqueue.ts';

/** A match decided this long ago (ms) whose start-match job has failed is given up. */
const placementDeadlineMs = 300_000;

/** Adds the start-match job of matches just decided. Its id makes adding it twice harmless. */
export const handOver =
  ({ enqueue }: Queues) =>
  (jobId: string, matchIds: readonly string[]): Promise<void> =>
    enqueue({ job: startMatch, items: matchIds.map((matchId) => ({ matchId })), options: { jobId } });

/**
 * Hands over again what waits in the outbox for too long. A job still on its way is left alone; a failed one,
 * or one that completed without settling all of its matches, is cleared and takes those that are still open.
 * A match whose job goes on failing until its deadline is handed over to be given up, with the job's reason:
 * the record decides.
 */
export async function handOverAgain(overdue: readonly Overdue[], queues: Queues): Promise<void> {
  for (const [jobId, entries] of Map.groupBy(overdue, (it) => it.jobId)) {
    const { live, failure } = await clear(queues.queues[startMatch.queue], jobId);
    if (live) continue;
    const givenUp = `The match could not be started: ${failure}`.slice(0, mostReason);
    const items = entries.map(({ match: { matchId }, age }) =>
      failure !== undefined && age > placementDeadlineMs ? { matchId, givenUp } : { matchId },
    );
    await queues.enqueue({ job: startMatch, items, options: { jobId } });
  }
}

/** Removes a job that has ended. `live`: it has not; `failure`: why it failed, when it did. */
async function clear(queue: Queue, jobId: string): Promise<{ live: boolean; failure?: string }> {
  const job = await queue.getJob(jobId);
  const state = await job?.getState();
  if (!job || state === 'unknown') return { live: false };
  if (state !== 'failed' && state !== 'completed') return { live: true };
  await job.remove();
  return { live: false, ...(state === 'failed' && { failure: job.failedReason }) };
}
