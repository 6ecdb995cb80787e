import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { playerId, resourceName } from '../ids.ts';

/**
 * Copies what scripts counted on Redis to the record, before Redis forgets it: a document of `activity` per configuration and five
 * minutes. The clock adds it. Result: `{ kept }`, slots that were not on record.
 */
export const keepActivity = defineJob({
  kind: 'keep-activity',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** Five minutes of a configuration. */
export interface KeptActivity {
  /** When they began, ISO 8601. */
  readonly at: string;
  /** Tickets that entered, and how they ended. */
  readonly started: number;
  readonly matched: number;
  readonly cancelled: number;
  readonly timedOut: number;
  readonly failed: number;
  readonly matches: number;
  /** Matched tickets by the bucket of their wait; see `bucketsPerDoubling`. */
  readonly waits: readonly (readonly [bucket: number, tickets: number])[];
}

/** Reads them, the oldest first. Result: `KeptActivity[]`, of a day at most. */
export const readActivity = defineJob({
  kind: 'read-activity',
  queue: 'maintenance',
  item: z.strictObject({
    configuration: resourceName,
    /** From when on, ms since 1970. */
    since: z.number().min(0),
  }),
  limit: 1,
  attempts: 3,
});

/** A rated match of a player. */
export interface RatedMatch {
  readonly matchId: string;
  readonly ladder: string;
  /** ISO 8601. */
  readonly ratedAt: string;
  /** As players see it. */
  readonly before: number;
  readonly after: number;
}

/** Reads how a player's ratings came about: of each of their ladders, at most ten, the newest 50 matches, the newest first. Result: `RatedMatch[]`. */
export const readPlayerHistory = defineJob({
  kind: 'read-player-history',
  queue: 'maintenance',
  item: z.strictObject({ playerId }),
  limit: 1,
  attempts: 3,
});
