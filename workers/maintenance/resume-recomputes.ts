import { done } from '../../jobs/contract.ts';
import { recompute, recomputeJobId } from '../../jobs/rating-update/recompute.ts';
import type { Queues } from '../enqueue.ts';
import type { Handler } from '../handler.ts';
import type { Ladders } from '../records/ladders.ts';

/** Gives every recompute that has not ended its job back: a crash may have come before it was added, or it failed. */
export const resumeAll =
  (
    { ladders }: { readonly ladders: Ladders },
    { enqueue, queues }: Pick<Queues, 'enqueue' | 'queues'>,
  ): Handler<unknown> =>
  async () => {
    const running = await ladders.recomputing();
    for (const { ladder, revision } of running) {
      const jobId = recomputeJobId({ ladder, revision });
      const job = await queues[recompute.queue].getJob(jobId);
      const state = await job?.getState();
      if (state === 'failed' || state === 'completed') await job?.remove();
      await enqueue({ job: recompute, items: [{ ladder, revision }], options: { jobId } });
    }
    return done({ running: running.length });
  };
