import type { z } from 'zod';
import { done } from '../../jobs/contract.ts';
import type { Arrival } from '../../jobs/ladder/arrival.ts';
import { rateLadder } from '../../jobs/rating-update/jobs.ts';
import type { Pool } from '../pool/pool.ts';
import { duty, type Handler, type OpenDuty } from '../runtime/handler.ts';
import { wakeLadder } from '../runtime/wake-ladder.ts';
import { recompute } from './correct.ts';
import { type FlushStores, flush } from './flush.ts';
import { type Ladder, LadderTaken, loadLadder } from './ladder.ts';
import { type ObeyStores, obey } from './obey.ts';
import { type Fate, type ResultStores, rateResults } from './rate-results.ts';
import { bringForward } from './seasons.ts';

export interface RaterStores extends ResultStores, FlushStores, ObeyStores {
  readonly pool: ObeyStores['pool'] & Pick<Pool, 'matches' | 'results'>;
  /** Adds rate-ladder for a ladder. */
  readonly wake: (ladder: string) => Promise<void>;
  readonly onRefused: (matchId: string, reason: string) => void;
}

type Reports = 'onRated' | 'onRefused' | 'onPlayerRefused';

/** How long (ms) one job goes on with a ladder on which results keep arriving, before it yields. */
const turnMs = 5_000;
/** How far (ms) players on record are behind the chain at most. */
const flushMs = 1_000;
/** Ladders that a worker keeps in memory between jobs. */
const mostLadders = 32;

export const rateLadderDuty: OpenDuty<Omit<RaterStores, 'wake' | Reports>> = (
  stores,
  { queues, metrics, log },
) =>
  duty(
    rateLadder,
    rateLadders({
      ...stores,
      wake: wakeLadder(queues),
      onRated: (playerId, rating) =>
        metrics.observe('PlayerRating', rating, { service: rateLadder.queue, playerId }),
      onRefused: (match, reason) => log.warn({ match, reason }, 'a result was refused'),
      onPlayerRefused: (player, reason) => log.error({ player, reason }, 'a rating cannot be put on record'),
    }),
  );

/**
 * Puts on record what arrived for one ladder, in order, until nothing is left or its time is over. Ladders
 * stay in memory between jobs. A rater that is not alone finds out when it appends: it drops its copy and
 * reads the ladder again.
 */
export const rateLadders = (stores: RaterStores): Handler<z.output<typeof rateLadder.item>> => {
  const idle = new Map<string, Ladder>();
  return async ([item], { signal }) => {
    if (!item) return done();
    const kept = idle.get(item.ladder);
    idle.delete(item.ladder);
    try {
      const isLatest = kept && (await stores.changes.last(item.ladder)) === kept.state.ordinal;
      const ladder = isLatest ? kept : await loadLadder(item.ladder, stores);
      const { documents, more } = await rate(ladder, stores, signal);
      if (more) await stores.wake(item.ladder);
      idle.set(item.ladder, ladder);
      for (const name of [...idle.keys()].slice(0, -mostLadders)) idle.delete(name);
      return done({ documents });
    } catch (error) {
      if (!(error instanceof LadderTaken)) throw error;
      await stores.wake(item.ladder);
      return done('another rater was faster');
    }
  };
};

async function rate(
  ladder: Ladder,
  stores: RaterStores,
  signal: AbortSignal,
): Promise<{ documents: number; more: boolean }> {
  const first = ladder.state.ordinal;
  const until = Date.now() + turnMs;
  const behind = openFlush(ladder, stores);
  let gone: string[] = [];
  let more = true;
  while (more && !signal.aborted && Date.now() < until) {
    if (ladder.state.unfinished) {
      await behind.end();
      await goOn(ladder, stores);
    } else {
      const arrivals = await stores.pool.results.nextArrivals(ladder.name, gone, false);
      gone = await take(ladder, arrivals, stores);
      more = gone.length > 0;
    }
    behind.begin();
  }
  await behind.end();
  await flush(ladder, stores);
  const left = await stores.pool.results.nextArrivals(ladder.name, gone, !ladder.state.unfinished);
  // What waits for its match is looked at by the next beat.
  const waits = left.length > 0 || ladder.state.unfinished !== undefined;
  return { documents: ladder.state.ordinal - first, more: waits && more };
}

/** Writes players while rating goes on, one such writing at a time. What fails is thrown by the next call. */
function openFlush(ladder: Ladder, stores: RaterStores) {
  let due: number | undefined;
  let running: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const begin = () => {
    if (failure) throw failure.error;
    due ??= Date.now() + flushMs;
    if (running || Date.now() < due) return;
    due = Date.now() + flushMs;
    running = flush(ladder, stores)
      .catch((error: unknown) => {
        failure = { error };
      })
      .finally(() => {
        running = undefined;
      });
  };
  return {
    begin,
    async end(): Promise<void> {
      await running;
      if (failure) throw failure.error;
    },
  };
}

/** One step of what must be finished before results are rated. */
async function goOn(ladder: Ladder, stores: RaterStores): Promise<void> {
  const { unfinished } = ladder.state;
  if (unfinished?.kind === 'correction') await recompute(ladder, unfinished, stores);
  if (unfinished?.kind === 'season') await bringForward(ladder, unfinished, stores);
}

/**
 * Does the first arrivals: results up to the first command, or that. Returns those that need not wait any
 * longer.
 */
async function take(ladder: Ladder, arrivals: readonly Arrival[], stores: RaterStores): Promise<string[]> {
  const [first] = arrivals;
  if (!first) return [];
  switch (first.kind) {
    case 'unreadable':
      await refuse(ladder, '', first.text, 'nobody of this fleet has written it', stores);
      return [first.entry];
    case 'command': {
      const { command } = first;
      await stores.pool.results.answerCommand(command.id, await obey(ladder, command, stores));
      return [first.entry];
    }
    case 'result': {
      const end = arrivals.findIndex((it) => it.kind !== 'result');
      const results = arrivals
        .slice(0, end < 0 ? arrivals.length : end)
        .flatMap((it) => (it.kind === 'result' ? [it] : []));
      const fates = await rateResults(
        ladder,
        results.map((it) => it.result),
        stores,
      );
      const settled = await Promise.all(
        results.map(async (it, index) =>
          (await settle(ladder, it, fates[index], stores)) ? [it.entry] : [],
        ),
      );
      const gone = settled.flat();
      // What waits for its match holds up no command behind it.
      return gone.length > 0 || end < 0 ? gone : take(ladder, arrivals.slice(end), stores);
    }
  }
}

/** Returns whether a result need not wait any longer. */
async function settle(
  ladder: Ladder,
  { result: { matchId, ...result } }: Extract<Arrival, { kind: 'result' }>,
  fate: Fate | undefined,
  stores: RaterStores,
): Promise<boolean> {
  if (fate === 'recorded') return true;
  if (fate === 'waiting' || fate === 'again' || fate === undefined) return false;
  if ('refused' in fate) {
    await refuse(ladder, matchId, JSON.stringify(result), fate.refused, stores);
    return true;
  }
  const { ladders, reported } = await stores.pool.matches.report([
    { matchId, result, ladder: fate.elsewhere },
  ]);
  await Promise.all(ladders.map(stores.wake));
  return reported[0] === 'recorded';
}

async function refuse(
  { name }: Ladder,
  matchId: string,
  result: string,
  reason: string,
  { pool, onRefused }: RaterStores,
): Promise<void> {
  await pool.results.refuseResult(name, matchId, result, reason);
  onRefused(matchId, reason);
}
