import type { Job } from 'bullmq';
import { done, type Envelope } from '../../jobs/contract.ts';
import { startBackfill } from '../../jobs/matchmaking/start-backfill.ts';
import type { Queues } from '../enqueue.ts';
import type { Handler } from '../handler.ts';
import type { Pool } from '../pool/pool.ts';

/** A reservation this old (ms) should have entered its pool. */
const lateMs = 10_000;

/**
 * Settles reservations of backfill tickets that a crash left behind. One whose request timeout is over is TIMED_OUT. Of the
 * others: the start job is on its way: wait. It failed for good: the ticket is FAILED with the job's reason. It is gone: the
 * producer died before adding it, or Redis lost it; it is added again.
 */
export const sweepReservations =
  (pool: Pool, queues: Queues): Handler<unknown> =>
  async () => {
    const { timedOut, late } = await pool.overdueReservations(lateMs);
    let failed = 0;
    let requeued = 0;
    for (const [jobId, reservations] of Map.groupBy(late, (it) => it.jobId)) {
      const ticketIds = reservations.map((it) => it.ticketId);
      const job: Job<Envelope> | undefined = await queues.queues[startBackfill.queue].getJob(jobId);
      const state = job ? await job.getState() : 'gone';
      if (state === 'failed') {
        const message = `The start job failed: ${job?.failedReason ?? 'for no stated reason'}`;
        await pool.refuse(
          reservations.map(({ ticketId, revision }) => ({
            ticketId,
            revision,
            reason: 'StartFailed',
            message,
          })),
        );
        failed += ticketIds.length;
      } else if (state === 'gone' || state === 'completed' || state === 'unknown') {
        // A job that ended and let its ticket wait makes room for itself.
        if (state === 'completed') await job?.remove();
        await queues.enqueue({
          job: startBackfill,
          items: ticketIds.map((ticketId) => ({ ticketId })),
          options: { jobId },
        });
        requeued += ticketIds.length;
      }
    }
    return done({ timedOut, failed, requeued });
  };
