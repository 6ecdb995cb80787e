import { formMatches, oncePerPool } from '../../jobs/matchmaking/form-matches.ts';
import type { Queues } from '../enqueue.ts';
import type { Pool } from '../pool/pool.ts';
import { handOverAgain } from './hand-over.ts';

/** Adds form-matches for a pool. */
export const wake =
  ({ enqueue }: Pick<Queues, 'enqueue'>) =>
  (pool: string): Promise<void> =>
    enqueue({ job: formMatches, items: [{ pool }], options: oncePerPool(pool) });

/**
 * One beat: wakes the pools in which time alone changes something and hands over matches left behind. Every worker
 * beats once a second; the script gives each due thing to one of them. Idle pools cost nothing.
 */
export async function beat(pool: Pool, queues: Queues): Promise<void> {
  const { pools, overdue } = await pool.beat();
  await Promise.all(pools.map(wake(queues)));
  await handOverAgain(overdue, queues);
}
