import { formMatches, oncePerPool } from '../../jobs/matchmaking/jobs.ts';
import { oncePerLadder, rateLadder } from '../../jobs/rating-update/jobs.ts';
import type { ProducerQueues } from './queues.ts';

/** Adds a wake-up for a pool. */
export const addWakeUp = (queues: ProducerQueues, pool: string): Promise<unknown> =>
  queues.add(formMatches, [{ pool }], { kind: 'service', name: 'client' }, oncePerPool(pool));

/** Adds a wake-up for each pool that a call has given something to do. */
export type Wake = (pools: readonly string[]) => Promise<void>;

/**
 * A call is decided before its pools are woken, so a wake-up that cannot be added takes nothing back: the
 * pools are due, and the beat wakes them within a second.
 */
export const openWake =
  (queues: ProducerQueues, onError: (error: Error) => void): Wake =>
  async (pools) => {
    await Promise.all(pools.map((pool) => addWakeUp(queues, pool).catch(onError)));
  };

/** The same for ladders that have results to rate. */
export const openWakeLadders =
  (queues: ProducerQueues, onError: (error: Error) => void): Wake =>
  async (ladders) => {
    const client = { kind: 'service', name: 'client' } as const;
    await Promise.all(
      ladders.map((ladder) =>
        queues.add(rateLadder, [{ ladder }], client, oncePerLadder(ladder)).catch(onError),
      ),
    );
  };
