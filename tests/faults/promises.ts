import { noId } from '../../jobs/chain.ts';
import type { MatchmakingEvent } from '../../jobs/event/event.ts';
import type { Asked, Call, Diary, Disturbance, Told } from '../../jobs/invariants/diary.ts';
import { type HeldEvent, toHeldEvent } from '../../jobs/invariants/held-event.ts';
import type { FleetClient } from '../../producers/client.ts';
import { RequestError } from '../../producers/request-error.ts';
import { redisOf } from '../support/client-inside.ts';

/** What callers asked for and were told, and what they heard: the story the stores are checked against. */
export interface PromiseLog {
  readonly calls: Call[];
  /** In the order in which they were heard, each with its position. */
  readonly events: HeldEvent[];
  readonly positions: string[];
  /** When the end of a ticket was heard, ms since 1970. */
  readonly endingHeardAt: Map<string, number>;
  /** Numbers of events that were trimmed before they were heard. */
  readonly gaps: string[];
  /** Ids of jobs nobody could do; those that a replica confirmed must end as failed, with their reasons. */
  readonly hostileJobs: Map<string, boolean>;
  /** Events that were told and lost when the queue went back in time. */
  readonly takenBack: HeldEvent[];
  /** When faults struck. */
  readonly disturbances: Disturbance[];
  /** Whether the queue Redis's clock was moved. */
  clockMoved: boolean;
  /** Reports and jobs that were delivered again. */
  duplicates: number;
  /** Calls that failed: nothing was promised. */
  refused: number;
  /** Calls that returned and no replica confirmed in time: nothing is held against the fleet. */
  unconfirmed: number;
}

export const openPromiseLog = (): PromiseLog => ({
  calls: [],
  events: [],
  positions: [],
  endingHeardAt: new Map(),
  gaps: [],
  hostileJobs: new Map(),
  takenBack: [],
  disturbances: [],
  clockMoved: false,
  duplicates: 0,
  refused: 0,
  unconfirmed: 0,
});

/** The log as it is judged when everybody is at home. */
export const diaryOf = (log: PromiseLog): Diary => ({ ...log, settled: true });

/** How long (ms) a replica has to confirm. */
const confirmMs = 1_000;

/** A call's end: see `Told`. */
export interface Ended<T> {
  readonly told: Told;
  readonly result?: T;
}

/** Makes a call as `confirmed` does, and notes what was asked, when, and what was told. */
export async function ask<T>(
  client: FleetClient,
  log: PromiseLog,
  asked: Asked | readonly Asked[],
  call: () => Promise<T>,
): Promise<Ended<T>> {
  const askedAt = Date.now();
  const ended = await confirmed(client, log, call);
  const at = { askedAt, toldAt: Date.now(), told: ended.told };
  for (const each of [asked].flat()) log.calls.push({ ...each, ...at });
  return ended;
}

/**
 * Makes a call and has a replica confirm it by `WAIT 1`, so that a primary that dies takes no promise with
 * it. WAIT knows only of its own connection's writes: a connection that was lost in between confirms nothing.
 */
export async function confirmed<T>(
  client: FleetClient,
  log: PromiseLog,
  call: () => Promise<T>,
): Promise<Ended<T>> {
  const redis = redisOf(client);
  const before = redis.stream;
  try {
    const result = await call();
    const replicas = await redis.wait(1, confirmMs);
    if (replicas > 0 && redis.stream === before) return { told: 'yes', result };
    log.unconfirmed++;
    return { told: 'perhaps', result };
  } catch (error) {
    const open = ['unavailable', 'pending'];
    if (error instanceof RequestError && !open.includes(error.code)) return { told: 'no' };
    log.refused++;
    return { told: 'perhaps' };
  }
}

const endings = /^Matchmaking(Succeeded|Failed|Cancelled|TimedOut)$/;

/** Hears every event until the signal is aborted. Events a failover took back are forgotten. */
export async function listen(
  client: FleetClient,
  log: PromiseLog,
  signal: AbortSignal,
  hear: (event: MatchmakingEvent) => void,
): Promise<void> {
  for await (const item of client.events({ from: 0, signal })) {
    if (item.kind === 'gap') {
      // One that was heard before: the store went back. What a replica had not yet heard of was promised to
      // nobody.
      const kept = log.positions.lastIndexOf(item.position) + 1;
      if (kept === 0 && item.position !== noId) log.gaps.push(`${item.from} to ${item.position}`);
      else log.events.length = log.positions.length = kept;
      continue;
    }
    const { time, detail } = item.event;
    log.events.push(toHeldEvent(detail.type, Date.parse(time), detail));
    log.positions.push(item.position);
    if (endings.test(detail.type))
      for (const { ticketId } of detail.tickets) log.endingHeardAt.set(ticketId, Date.now());
    hear(item.event);
  }
}
