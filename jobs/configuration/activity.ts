import type { DomainKeys } from '../keys.ts';

/**
 * What happened in a configuration lately, as scripts count it on Redis: one hash per slot of five minutes
 * (fleet time), each kept a little over an hour. Fields: `started`, `matches`, `CANCELLED`, `TIMED_OUT`,
 * `FAILED`, and `wait:<bucket>`, the tickets that waited so long from their start to the decision of their
 * match.
 */
export const activitySlotMs = 300_000;
const slotsKept = 12;

/** Bucket n holds waits from 2^(n/4) to 2^((n+1)/4) ms, so a percentile is off by 19 % at most. */
export const bucketsPerDoubling = 4;

export interface Activity {
  /** Tickets that entered a pool. */
  readonly started: number;
  /** Tickets whose match was decided, and these matches. */
  readonly matched: number;
  readonly matches: number;
  readonly cancelled: number;
  readonly timedOut: number;
  readonly failed: number;
  /** Tickets by the bucket of their wait. */
  readonly waits: ReadonlyMap<number, number>;
}

/** How long tickets waited for their match: half of them at most `p50` ms, nine of ten at most `p90`. */
export interface WaitEstimate {
  readonly p50: number;
  readonly p90: number;
  /** Tickets it is told from. */
  readonly tickets: number;
}

/** Fewer waits than this are told from older slots too, as far as they are kept. */
const enoughWaits = 100;

/** Keys of the last hour's slots, the newest first; `now` is fleet time in ms. */
export function activityKeys(keys: DomainKeys, configuration: string, now: number): string[] {
  const latest = Math.floor(now / activitySlotMs);
  return Array.from({ length: slotsKept }, (_, age) => keys.activity(configuration, String(latest - age)));
}

/**
 * How far (ms) a configuration is behind that takes no new tickets for it; 0 where it takes them. `noted` is
 * what its key `behind` holds, `now` fleet time in ms.
 */
export function lagRefused(noted: string | null, now: number): number {
  const [lag = 0, until = 0] = (noted ?? '').split(' ').map(Number);
  return until > now ? lag : 0;
}

/** One slot's hash. */
export function readActivity(slot: Readonly<Record<string, string>>): Activity {
  const count = (field: string) => Number(slot[field] ?? 0);
  const waits = new Map(
    Object.entries(slot)
      .filter(([field]) => field.startsWith('wait:'))
      .map(([field, tickets]) => [Number(field.slice('wait:'.length)), Number(tickets)]),
  );
  return {
    started: count('started'),
    matched: sum(waits.values()),
    matches: count('matches'),
    cancelled: count('CANCELLED'),
    timedOut: count('TIMED_OUT'),
    failed: count('FAILED'),
    waits,
  };
}

/** Slots as one. */
export function sumActivity(slots: readonly Activity[]): Activity {
  const total = (of: (slot: Activity) => number) => sum(slots.map(of));
  return {
    started: total((it) => it.started),
    matched: total((it) => it.matched),
    matches: total((it) => it.matches),
    cancelled: total((it) => it.cancelled),
    timedOut: total((it) => it.timedOut),
    failed: total((it) => it.failed),
    waits: merged(slots),
  };
}

/**
 * What the newest slots say that together hold enough waits; `undefined` without any. The newest slot comes
 * first.
 */
export function estimateWait(slots: readonly Activity[]): WaitEstimate | undefined {
  let tickets = 0;
  let from = 0;
  for (; from < slots.length && tickets < enoughWaits; from++) tickets += slots[from]?.matched ?? 0;
  if (tickets === 0) return undefined;
  const waits = merged(slots.slice(0, from));
  return { p50: waitPercentile(waits, 0.5), p90: waitPercentile(waits, 0.9), tickets };
}

/** Matches a minute over the slot that is running (`now`, fleet time in ms) and the one before. */
export function matchesPerMinute([running, before]: readonly Activity[], now: number): number {
  const minutes = (activitySlotMs + (now % activitySlotMs)) / 60_000;
  return ((running?.matches ?? 0) + (before?.matches ?? 0)) / minutes;
}

/**
 * The wait (ms) that `share` (0 to 1) of the tickets did not exceed, 0 when there are none; within a bucket
 * it is told from the rank.
 */
export function waitPercentile(waits: ReadonlyMap<number, number>, share: number): number {
  const rank = share * sum(waits.values());
  let below = 0;
  let wait = 0;
  for (const [bucket, tickets] of [...waits].sort(([a], [b]) => a - b)) {
    const part = Math.min(1, Math.max(0, (rank - below) / tickets));
    wait = 2 ** ((bucket + part) / bucketsPerDoubling);
    below += tickets;
    if (below >= rank) break;
  }
  return Math.round(wait);
}

function merged(slots: readonly Activity[]): Map<number, number> {
  const waits = new Map<number, number>();
  for (const slot of slots)
    for (const [bucket, tickets] of slot.waits) waits.set(bucket, (waits.get(bucket) ?? 0) + tickets);
  return waits;
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};
