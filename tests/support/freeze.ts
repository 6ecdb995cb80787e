import { vi } from 'vitest';
import type { Job } from '../../jobs/contract.ts';
import type { Fleet } from './fleet.ts';
import type { WorkerProcess } from './worker-processes.ts';

/**
 * A job in hand for this long (ms) is in the hands of a worker that stands still: far longer than a job takes
 * on a busy machine, and well within the 4 s after which its lock would have to be renewed.
 */
export const inHandMs = 2_000;

/**
 * Freezes a worker (SIGSTOP) with a job of the kind in its hands, wherever in the job it then is, and returns
 * the job's id. A worker that turns out to have none goes on and is frozen again when such jobs are about.
 */
export async function freezeWith(
  fleet: Fleet,
  job: Pick<Job, 'kind' | 'queue'>,
  worker: WorkerProcess,
): Promise<string> {
  const queue = fleet.queues[job.queue];
  const inHand = async () => (await queue.getActive()).filter((it) => it.name === job.kind);
  for (;;) {
    await vi.waitUntil(async () => (await inHand()).length > 0, { timeout: 30_000, interval: 5 });
    worker.send('SIGSTOP');
    const frozenAt = Date.now();
    const taken = new Map((await inHand()).map((it) => [it.id, it.processedOn]));
    const held = async () => (await inHand()).find((it) => taken.get(it.id) === it.processedOn);
    await vi.waitUntil(async () => Date.now() - frozenAt > inHandMs || !(await held()), {
      timeout: 10 * inHandMs,
      interval: 10,
    });
    const caught = await held();
    if (caught?.id) return caught.id;
    worker.send('SIGCONT');
  }
}
