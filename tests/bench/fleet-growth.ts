import { randomUUID } from 'node:crypto';
import { type Arrivals, measureArrivals } from './fleet-arrivals.ts';
import { usageOf } from './fleet-costs.ts';
import { feed } from './fleet-journey.ts';
import { duelist, type FleetUnderTest } from './fleet-under-test.ts';

/** Tickets a second that arrive while the pool is as large as it is. */
const rate = 200;
const seconds = 5;

export interface Growth extends Arrivals {
  /** Tickets that wait for opponents who never come. */
  readonly waiting: number;
  /** Of the workers, MiB resident: the larger has the pool in memory. */
  readonly workersMiB: readonly number[];
}

/**
 * Fills the pool step by step with tickets nobody suits, and measures at each step how those fare who suit
 * each other.
 */
export async function measureGrowth(fleet: FleetUnderTest, sizes: readonly number[]): Promise<Growth[]> {
  const clients = await fleet.clients(4);
  const steps: Growth[] = [];
  let waiting = 0;
  for (const size of sizes.toSorted((a, b) => a - b)) {
    const strangers = Array.from({ length: size - waiting }, (_, n) =>
      // Twice the window apart.
      duelist(`${fleet.run}-stranger-${waiting + n}`, randomUUID(), 10_000 + 200 * (waiting + n)),
    );
    await feed(clients, strangers, 200, (client, some) => client.startMatchmakingAll(some));
    await fleet.quiet();
    waiting = size;
    const arrivals = await measureArrivals(fleet, rate, seconds);
    steps.push({
      waiting,
      ...arrivals,
      workersMiB: fleet.workers.map(({ pid }) => Math.round(usageOf([pid]).rssMiB)),
    });
  }
  return steps;
}
