import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { inEitherSpelling } from '../matchmaking/aws-spelling.ts';
import { configuration, resourceName } from '../matchmaking/configuration.ts';

/** Publishes QueueLength and its companions for one 10-second slot; a run staler than its slot publishes nothing. */
export const reportQueueLength = defineJob({
  kind: 'report-queue-length',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** Repairs what a crash left behind: backfill tickets whose start job is gone or dead. */
export const sweep = defineJob({
  kind: 'sweep',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/**
 * Puts the jobs of recomputes that have not ended back on their queue, should a crash have lost them. Not on that queue
 * itself: a job every few seconds would keep it from ever being empty, and its service from resting at zero tasks.
 */
export const resumeRecomputes = defineJob({
  kind: 'resume-recomputes',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** Stores a new version of a rule set. The same body again is the same version. Result: `{ version, warnings }`. */
export const putRuleSet = defineJob({
  kind: 'put-rule-set',
  queue: 'maintenance',
  item: inEitherSpelling(z.strictObject({ name: resourceName, body: z.string().min(1).max(65_535) })),
  limit: 1,
});

/** Stores a new version of a configuration and gives workers and producers their copy. Result: `{ version }`. */
export const putConfiguration = defineJob({
  kind: 'put-configuration',
  queue: 'maintenance',
  item: configuration,
  limit: 1,
});

/**
 * Pauses a configuration, or lets it go on. While it is paused its tickets enter and time out, and no match is formed.
 * Result: `{ name, pausedSince? }`, ms since 1970.
 */
export const pauseConfiguration = defineJob({
  kind: 'pause-configuration',
  queue: 'maintenance',
  item: z.strictObject({ name: resourceName, action: z.enum(['pause', 'resume']) }),
  limit: 1,
});

/** Where `read-record` may look, and what an id means there. */
export const recordCollections = {
  players: '_id',
  sessions: '_id',
  matches: '_id',
  tickets: '_id',
  rating_changes: 'match_id',
  rule_sets: 'name',
  configurations: 'name',
} as const;
export type RecordCollection = keyof typeof recordCollections;

/** Reads documents for a producer, which has no way to DocumentDB. Result: at most 100 documents, newest version first. */
export const readRecord = defineJob({
  kind: 'read-record',
  queue: 'maintenance',
  item: z
    .strictObject({
      collection: z.enum(Object.keys(recordCollections) as RecordCollection[]),
      id: z.string().min(1).max(1024).optional(),
    })
    .refine(
      ({ collection, id }) => id !== undefined || recordCollections[collection] === 'name',
      'id: needed for every collection but rule_sets and configurations',
    ),
  limit: 1,
  attempts: 3,
});
