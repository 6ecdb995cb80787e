import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { formMatches } from '../../jobs/matchmaking/form-matches.ts';
import type { Handler } from '../handler.ts';
import { type CycleStores, runCycle } from './cycle.ts';
import { type Mirror, openMirror } from './mirror.ts';

/** How long (ms) one job goes on cycling a pool that keeps changing, before it yields to other pools. */
const hotMs = 5_000;

/**
 * Cycles one pool until nothing changes or its time is over. Mirrors stay in memory between jobs, so a pool whose jobs
 * come back to this worker is caught up instead of read.
 */
export const formMatchesOfPool = (stores: CycleStores): Handler<z.output<typeof formMatches.item>> => {
  const mirrors = new Map<string, Mirror>();
  return async ([item], { signal }) => {
    if (!item) return done();
    const mirror = mirrors.get(item.pool) ?? openMirror(stores.pool, item.pool);
    mirrors.set(item.pool, mirror);
    const until = Date.now() + hotMs;
    let cycles = 0;
    for (let again = true; again && !signal.aborted && Date.now() < until; cycles++)
      ({ again } = await runCycle(mirror, item.pool, stores));
    return done({ cycles });
  };
};
