import type { Queue } from 'bullmq';
import type { CommittedMatch } from '../../jobs/matchmaking/match.ts';
import { startMatch } from '../../jobs/session-creation/start-match.ts';
import type { Queues } from '../enqueue.ts';
import type { Overdue } from '../pool/outbox.ts';

/** Adds the start-match job of matches just committed. Its id makes adding it twice harmless. */
export const handOver =
  ({ enqueue }: Queues) =>
  (jobId: string, matches: readonly CommittedMatch[]): Promise<void> =>
    enqueue({ job: startMatch, items: matches, options: { jobId } });

/**
 * Hands over again what waits in the outbox for too long. A job still on its way is left alone; a failed one, or one
 * that completed without settling all of its matches, is cleared and takes only the matches that are still open.
 */
export async function handOverAgain(overdue: readonly Overdue[], queues: Queues): Promise<void> {
  const jobs = new Map<string, CommittedMatch[]>();
  for (const { jobId, match } of overdue) jobs.set(jobId, [...(jobs.get(jobId) ?? []), match]);
  for (const [jobId, matches] of jobs)
    if (await clear(queues.queues[startMatch.queue], jobId)) await handOver(queues)(jobId, matches);
}

/** Returns whether no live job has the id any more. */
async function clear(queue: Queue, jobId: string): Promise<boolean> {
  const job = await queue.getJob(jobId);
  if (!job) return true;
  const state = await job.getState();
  if (state !== 'failed' && state !== 'completed' && state !== 'unknown') return false;
  await job.remove();
  return true;
}
