import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import { formMatches } from '../../jobs/matchmaking/jobs.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { type CycleStores, runCycle } from './cycle.ts';
import { handOver } from './hand-over.ts';
import { type Mirror, openMirror } from './mirror.ts';
import { openRatings, type RatingStores } from './rating-attributes.ts';
import { reportCycles, type ServingStores } from './report-cycles.ts';
import { wakePool } from './wake-pool.ts';

/** How long (ms) one job goes on cycling a pool that keeps changing, before it yields to other pools. */
const hotMs = 5_000;
/**
 * From one cycle's beginning to the next one's (ms), at least: what arrives meanwhile is read, and decided,
 * together.
 */
const cycleMs = 10;

/** What a worker keeps in memory between jobs: beyond either, the mirrors used longest ago are let go. */
export interface MirrorLimits {
  readonly mostBytes: number;
  /** However few tickets they hold: to read a small pool again is one call. */
  readonly mostMirrors: number;
}

export interface FormMatchesStores extends CycleStores {
  /** Adds form-matches for a pool. */
  readonly wake: (pool: string) => Promise<void>;
}

/** Room for some 150,000 tickets of one player. */
const mirrorLimits: MirrorLimits = { mostBytes: 224 * 1024 * 1024, mostMirrors: 512 };

export const formMatchesDuty: OpenDuty<
  RatingStores & Pick<CycleStores, 'pool' | 'compiled'> & ServingStores
> = ({ pool, compiled, ...stores }, { queues, ...reports }) =>
  duty(
    formMatches,
    formMatchesOfPool({
      ...{ pool, compiled },
      rate: openRatings(stores),
      wake: wakePool(queues),
      handOver: handOver(queues),
      observe: reportCycles(stores, reports),
    }),
  );

/**
 * Cycles one pool until nothing changes or its time is over. Mirrors stay in memory between jobs, so a pool
 * whose jobs come back to this worker is caught up instead of read. A mirror in use is nobody else's: should
 * a second job of the pool run here, after a lost lock say, it opens its own.
 */
export const formMatchesOfPool = (
  { wake, ...stores }: FormMatchesStores,
  limits = mirrorLimits,
): Handler<z.output<typeof formMatches.item>> => {
  const idle = new Map<string, Mirror>();
  return async ([item], { signal }) => {
    if (!item) return done();
    const mirror = idle.get(item.pool) ?? openMirror(stores.pool, item.pool);
    idle.delete(item.pool);
    const until = Date.now() + hotMs;
    let cycles = 0;
    let again = true;
    while (again && !signal.aborted && Date.now() < until) {
      const next = performance.now() + cycleMs;
      again = await runCycle(mirror, stores);
      cycles++;
      if (again) await pause(Math.max(0, next - performance.now()));
    }
    // Calls wake only a pool that is at rest.
    if (again) await wake(item.pool);
    idle.set(item.pool, mirror);
    letGo(idle, limits);
    return done({ cycles });
  };
};

/** Keeps the mirrors used last, one at least; a map gives them oldest first. */
function letGo(idle: Map<string, Mirror>, { mostBytes, mostMirrors }: MirrorLimits): void {
  let bytes = [...idle.values()].reduce((sum, mirror) => sum + mirror.bytes, 0);
  for (const [name, mirror] of idle) {
    if ((bytes <= mostBytes && idle.size <= mostMirrors) || idle.size === 1) return;
    idle.delete(name);
    bytes -= mirror.bytes;
  }
}
