import type { Job as BullJob, Queue } from 'bullmq';
import type { Envelope, Refusal } from '../../jobs/contract.ts';

/**
 * Gives each refused item a job of its own, which is refused whole and so kept with its reason, where
 * operators find and retry failed work; its neighbours in this job are done.
 */
export async function keepRefusals(refusals: readonly Refusal[], job: BullJob, queue: Queue): Promise<void> {
  // Its caller has its answer.
  const { traces, reply: _, ...data }: Envelope = job.data;
  const traceOf = (index: number) => traces?.[index] || data.trace;
  await Promise.all(
    refusals.map(({ index }) =>
      queue.add(
        job.name,
        { ...data, items: [data.items[index]], trace: traceOf(index) },
        { ...job.opts, jobId: `${job.id}-item-${index}`, attempts: 1 },
      ),
    ),
  );
}
