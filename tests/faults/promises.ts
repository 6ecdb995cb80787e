import type { Redis } from 'ioredis';
import type { MatchmakingEvent } from '../../jobs/matchmaking/event.ts';
import type { MatchmakingClient } from '../../producers/client.ts';
import { RequestError } from '../../producers/request-error.ts';

/** What the client was promised, and what it was told: the story the stores are checked against. */
export interface PromiseLog {
  readonly tickets: Set<string>;
  /** Sessions, with their players. */
  readonly sessions: Map<string, string>;
  /** Matches whose result was taken. */
  readonly results: Set<string>;
  /** Events by their number less one. */
  readonly events: MatchmakingEvent[];
  /** Numbers of events that were trimmed before they were heard. */
  readonly gaps: string[];
  /** Reports and jobs that were delivered again. */
  duplicates: number;
  /** Calls that failed: nothing was promised. */
  refused: number;
  /** Calls that returned and no replica confirmed in time: nothing is held against the fleet. */
  unconfirmed: number;
}

export const openPromiseLog = (): PromiseLog => ({
  tickets: new Set(),
  sessions: new Map(),
  results: new Set(),
  events: [],
  gaps: [],
  duplicates: 0,
  refused: 0,
  unconfirmed: 0,
});

/** How long (ms) a replica has to confirm. */
const confirmMs = 1_000;

/** `promised`: it returned and a replica has it. `perhaps`: it may have an effect or none. `refused`: the input was wrong. */
export type Called<T> =
  | { readonly how: 'promised' | 'perhaps'; readonly result?: T }
  | { readonly how: 'refused'; readonly error: RequestError };

/**
 * Makes a call and has a replica confirm it by `WAIT 1`, so that a primary that dies takes no promise with it. WAIT knows
 * only of its own connection's writes: a connection that was lost in between confirms nothing.
 */
export async function promised<T>(
  client: MatchmakingClient,
  log: PromiseLog,
  call: () => Promise<T>,
): Promise<Called<T>> {
  const redis = client.queues.matchmaking.opts.connection as Redis;
  const before = redis.stream;
  try {
    const result = await call();
    const replicas = await redis.wait(1, confirmMs);
    if (replicas > 0 && redis.stream === before) return { how: 'promised', result };
    log.unconfirmed++;
    return { how: 'perhaps', result };
  } catch (error) {
    if (error instanceof RequestError && error.code !== 'unavailable') return { how: 'refused', error };
    log.refused++;
    return { how: 'perhaps' };
  }
}

/** Hears every event until the signal is aborted. Events a failover took back are forgotten. */
export async function listen(
  client: MatchmakingClient,
  log: PromiseLog,
  signal: AbortSignal,
  hear: (event: MatchmakingEvent) => void,
): Promise<void> {
  for await (const item of client.events({ from: 0, signal })) {
    if (item.kind === 'gap') {
      // With a position before it the store went back: what a replica had not yet heard of was promised to nobody.
      if (item.position > item.from) log.gaps.push(`${item.from} to ${item.position}`);
      log.events.length = Math.min(log.events.length, item.position);
      continue;
    }
    log.events[item.position - 1] = item.event;
    hear(item.event);
  }
}
