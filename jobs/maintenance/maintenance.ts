import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { inEitherSpelling } from '../matchmaking/aws-spelling.ts';
import { configuration, resourceName, ticketId } from '../matchmaking/configuration.ts';

/** Publishes QueueLength and its companions for one 10-second slot; a run staler than its slot publishes nothing. */
export const reportQueueLength = defineJob({
  kind: 'report-queue-length',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** Ends matches that nobody has reported a result of for too long. */
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
  rating_changes: 'match_id',
  rule_sets: 'name',
  configurations: 'name',
  ladders: '_id',
} as const;
/** Collections that are small enough to be listed whole. */
const listed: readonly string[] = ['rule_sets', 'configurations', 'ladders'];
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
      ({ collection, id }) => id !== undefined || listed.includes(collection),
      `id: needed for every collection but ${listed.join(', ')}`,
    ),
  limit: 1,
  attempts: 3,
});

/**
 * Compares the queue store with the record once it has started or taken over, and may have gone back in time: writes back
 * configurations, lets stored matches take their tickets, and ends tickets whose end is on record. Until then cycles wait. Result:
 * `{ putBack, endedAgain, compared }`.
 */
export const compareStores = defineJob({
  kind: 'compare-stores',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** Drops ended tickets from the record that are older than it keeps them. Result: `{ dropped }`, names of collections. */
export const dropTickets = defineJob({
  kind: 'drop-tickets',
  queue: 'maintenance',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** Most tickets that one call describes. */
const mostDescribed = 100;

/** Describes tickets that ended so long ago that only the record has them. Result: `DescribedTicket[]`, unknown ones left out. */
export const describeTickets = defineJob({
  kind: 'describe-tickets',
  queue: 'maintenance',
  askedBy: 'players',
  item: z.strictObject({
    ticketIds: z.array(ticketId).min(1).max(mostDescribed, `at most ${mostDescribed} ticket ids`),
  }),
  limit: 1,
  attempts: 3,
});
