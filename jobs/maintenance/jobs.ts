import { z } from 'zod';
import { defineJob, type Job } from '../contract.ts';
import { resourceName, ticketId } from '../ids.ts';
import { fieldChange } from '../json-diff.ts';
import { describedTicket } from '../session/described-ticket.ts';
import { copyApiKeys, putApiKey } from './api-keys.ts';
import { describeSettings } from './change-settings.ts';
import { describeLadders } from './describe-ladders.ts';
import { describePlayer, measureLadders, predictChances, topOfLadder } from './read-players.ts';

/** One run does what there is to do, and another soon follows. */
const upkeep = (kind: string) =>
  defineJob({ kind, queue: 'maintenance', item: z.strictObject({}), limit: 1, attempts: 1 });

/**
 * Publishes QueueLength and its companions for one 10-second slot; a run staler than its slot publishes
 * nothing.
 */
export const reportQueueLength = upkeep('report-queue-length');

/** Ends matches that nobody has reported a result of for too long. */
export const sweep = upkeep('sweep');

/**
 * Applies the commands of the settings chain that wait, in order; see `setting-commands.ts`. One attempt and
 * never put off: the clock adds it each second. Result: `{ applied }`.
 */
export const applyCommands = upkeep('apply-commands');

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

/** A document as DocumentDB has it, through JSON. */
const recordDocument = z.record(z.string(), z.unknown());

/**
 * Reads documents for a producer, which has no way to DocumentDB. Result: at most 100 documents, newest
 * version first.
 */
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
  result: z.array(recordDocument),
  limit: 1,
  attempts: 3,
});

/**
 * Compares the queue store with the record once it has started or taken over, and may have gone back in time:
 * writes back configurations, lets stored matches take their tickets, and ends tickets whose end is on
 * record. Until then cycles wait. Result: `{ putBack, endedAgain, compared }`.
 */
export const compareStores = upkeep('compare-stores');

/**
 * Drops from the record what is older than it keeps it: ended tickets, and decisions on operators' commands.
 * Result: `{ dropped, decisions }`, names of collections, and how many decisions.
 */
export const dropTickets = upkeep('drop-tickets');

/** Most decisions that one call lists. */
const mostListed = 1_000;

/** An operator's command with what was decided on it; times are ISO 8601. */
const decided = z.object({
  commandId: z.string(),
  kind: z.string(),
  target: z.string(),
  operator: z.string(),
  reason: z.string().exactOptional(),
  askedAt: z.string(),
  decidedAt: z.string(),
  verdict: z.enum(['done', 'refused', 'withdrawn']),
  /** The version that it made, or found to say the same. */
  version: z.number().exactOptional(),
  refusal: z.string().exactOptional(),
  /**
   * Of settings, tags and retried jobs, what changed: the first 20 fields, each side as JSON of at most 200
   * characters.
   */
  changes: z.array(fieldChange).readonly().exactOptional(),
  /** How many fields more changed. */
  moreChanges: z.number().exactOptional(),
});
export type Decided = z.output<typeof decided>;

/**
 * Lists operators' commands, newest first: those of one target, of one operator, decided from `since` on,
 * before `until` (ms since 1970). Result: `Decided[]`.
 */
export const listAudit = defineJob({
  kind: 'list-audit',
  queue: 'maintenance',
  item: z.strictObject({
    target: z.string().min(1).max(128).optional(),
    operator: z.string().min(1).max(128).optional(),
    since: z.number().min(0).optional(),
    until: z.number().min(0).optional(),
    limit: z.int().min(1).max(mostListed).default(100),
  }),
  result: z.array(decided),
  limit: 1,
  attempts: 3,
});

/** Most tickets that one call describes. */
const mostDescribed = 100;

/**
 * Describes tickets that ended so long ago that only the record has them. Result: `DescribedTicket[]`,
 * unknown ones left out.
 */
export const describeTickets = defineJob({
  kind: 'describe-tickets',
  queue: 'maintenance',
  item: z.strictObject({
    ticketIds: z.array(ticketId).min(1).max(mostDescribed, `at most ${mostDescribed} ticket ids`),
  }),
  result: z.array(describedTicket),
  limit: 1,
  attempts: 3,
});

/** Forgets events older than retention, and the oldest beyond its bytes. */
export const trimEvents = upkeep('trim-events');

/** Publishes events to the topics that want them; each topic keeps its own place in the stream. */
export const deliverEvents = upkeep('deliver-events');

/** Writes tickets that ended without a match to DocumentDB, from the stream of endings. */
export const recordTickets = upkeep('record-tickets');

/** Forgets tickets that ended some minutes ago and are on record. */
export const forgetTickets = upkeep('forget-tickets');

/**
 * Copies what scripts counted on Redis to the record, before Redis forgets it: a document of `activity` per
 * configuration and five minutes. The clock adds it. Result: `{ kept }`, slots that were not on record.
 */
export const keepActivity = upkeep('keep-activity');

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

/** What is done on the queue `maintenance`. */
export const maintenanceJobs: readonly Job[] = [
  reportQueueLength,
  sweep,
  compareStores,
  trimEvents,
  deliverEvents,
  recordTickets,
  forgetTickets,
  dropTickets,
  describeTickets,
  applyCommands,
  listAudit,
  describeSettings,
  putApiKey,
  copyApiKeys,
  readRecord,
  describePlayer,
  topOfLadder,
  predictChances,
  describeLadders,
  measureLadders,
  keepActivity,
  readActivity,
];
