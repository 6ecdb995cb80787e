import type { Job } from '../jobs/contract.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';

/** A reservation whose job could not be added is no promise kept back: the sweep adds the job within seconds. */
export async function startReserved(
  queues: ProducerQueues,
  job: Job<{ ticketId: string }>,
  items: readonly { ticketId: string }[],
  jobId: string,
): Promise<void> {
  try {
    await queues.add(job, items, { kind: 'service', name: 'client' }, { jobId });
  } catch (error) {
    throw new RequestError(
      'unavailable',
      'the queue Redis did not answer after reserving: the ticket may exist and start by itself; describe it, or stop it, before asking again',
      error,
    );
  }
}
