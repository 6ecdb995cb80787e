import { formMatches, oncePerPool } from '../../jobs/matchmaking/jobs.ts';
import type { Queues } from '../runtime/enqueue.ts';

/** Adds form-matches for a pool. */
export const wakePool =
  ({ enqueue }: Pick<Queues, 'enqueue'>) =>
  (pool: string): Promise<void> =>
    enqueue({ job: formMatches, items: [{ pool }], options: oncePerPool(pool) });
