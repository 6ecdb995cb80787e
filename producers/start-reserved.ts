import type { Job } from '../jobs/contract.ts';
import type { ProducerQueues } from './queues.ts';
import { RequestError } from './request-error.ts';
import type { Reserving } from './tickets.ts';

/** A reservation whose job could not be added is no promise kept back: the sweep adds the job within seconds. */
export async function startReserved(
  queues: ProducerQueues,
  job: Job<{ ticketId: string }>,
  reserved: readonly Pick<Reserving, 'ticketId' | 'trace'>[],
  jobId: string,
): Promise<void> {
  const items = reserved.map(({ ticketId }) => ({ ticketId }));
  const traces = reserved.map(({ trace }) => trace);
  try {
    await queues.add(job, items, { kind: 'service', name: 'client' }, { jobId, traces });
  } catch (error) {
    throw new RequestError(
      'unavailable',
      'the queue Redis did not answer after reserving: the ticket may exist and start by itself; describe it, or stop it, before asking again',
      error,
    );
  }
}
