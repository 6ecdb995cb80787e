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
const keptActivitySlot = z.object({
  /** When they began, ISO 8601. */
  at: z.string(),
  /** Tickets that entered, and how they ended. */
  started: z.number(),
  matched: z.number(),
  cancelled: z.number(),
  timedOut: z.number(),
  failed: z.number(),
  matches: z.number(),
  /** Matched tickets by the bucket of their wait; see `bucketsPerDoubling`. */
  waits: z.array(z.tuple([z.number(), z.number()]).readonly()).readonly(),
});
export type KeptActivity = z.output<typeof keptActivitySlot>;

/** Reads them, the oldest first. Result: `KeptActivity[]`, of a day at most. */
export const readActivity = defineJob({
  kind: 'read-activity',
  queue: 'maintenance',
  item: z.strictObject({
    configuration: resourceName,
    /** From when on, ms since 1970. */
    since: z.number().min(0),
  }),
  result: z.array(keptActivitySlot),
  limit: 1,
  attempts: 3,
});

/** A rated match of a player. */
const ratedMatch = z.object({
  matchId: z.string(),
  ladder: z.string(),
  /** ISO 8601. */
  ratedAt: z.string(),
  /** As players see it. */
  before: z.number(),
  after: z.number(),
});
export type RatedMatch = z.output<typeof ratedMatch>;

/** Reads how a player's ratings came about: of each of their ladders, at most ten, the newest 50 matches, the newest first. Result: `RatedMatch[]`. */
export const readPlayerHistory = defineJob({
  kind: 'read-player-history',
  queue: 'maintenance',
  item: z.strictObject({ playerId }),
  result: z.array(ratedMatch),
  limit: 1,
  attempts: 3,
});
