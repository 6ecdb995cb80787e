import { z } from 'zod';
import { defineJob } from '../contract.ts';

/** Upkeep of a stream: one run does what there is to do, and another soon follows. */
const upkeep = (kind: string) =>
  defineJob({ kind, queue: 'maintenance', item: z.strictObject({}), limit: 1, attempts: 1 });

/** Forgets events older than retention, and the oldest beyond its bytes. */
export const trimEvents = upkeep('trim-events');

/** Publishes events to the topics that want them; each topic keeps its own place in the stream. */
export const deliverEvents = upkeep('deliver-events');

/** Writes tickets that ended without a match to DocumentDB, from the stream of endings. */
export const recordTickets = upkeep('record-tickets');

/** Forgets tickets that ended some minutes ago and are on record. */
export const forgetTickets = upkeep('forget-tickets');
