import { oncePerLadder, rateLadder } from '../../jobs/rating-update/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import type { Queues } from './enqueue.ts';

/** Adds rate-ladder for a ladder. */
export const wakeLadder =
  ({ enqueue }: Pick<Queues, 'enqueue'>) =>
  (ladder: string): Promise<void> =>
    enqueue({ job: rateLadder, items: [{ ladder }], options: oncePerLadder(ladder) });

/**
 * Wakes ladders whose wake-up was lost, or whose rater died. Every worker does so once a second; each ladder
 * goes to one of them.
 */
export async function wakeDueLadders(pool: Pick<Pool, 'results'>, queues: Queues): Promise<void> {
  await Promise.all((await pool.results.dueLadders()).map(wakeLadder(queues)));
}
