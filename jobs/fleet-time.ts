/** Fleet time follows Redis time, but never backwards, and at most this far (ms) between two scripts. */
const longestStepMs = 5_000;

/** Both times of one moment, ms. */
export interface Clock {
  /** Fleet time: for durations. */
  readonly now: number;
  /** Redis time: what users and the record see. */
  readonly time: number;
}

/**
 * The clock as a script would read it that runs at `time` (Redis time in ms). `written` is what
 * `domainKeys().clock()` holds: when the last script ran, in Redis time and in fleet time; `null` before the
 * first.
 */
export function clockAt(written: string | null, time: number): Clock {
  const [seen, now] = (written ?? '').split(' ').map(Number);
  if (seen === undefined || now === undefined) return { now: time, time };
  return { now: now + Math.min(Math.max(0, time - seen), longestStepMs), time };
}

/** A moment of fleet time as users see it: by Redis time, as if that went on from now as fleet time does. */
export const toRedisTime = ({ now, time }: Clock, moment: number): number => time + (moment - now);
