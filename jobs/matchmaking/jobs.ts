import { z } from 'zod';
import { inEitherSpelling } from '../aws-spelling.ts';
import { poolName } from '../configuration/pool-name.ts';
import { defineJob, type Job } from '../contract.ts';
import { matchId, playerId, resourceName, ticketId } from '../ids.ts';
import { mostPlayersPerTicket } from '../ticket/limits.ts';

/**
 * StartMatchmaking for whoever adds jobs with BullMQ alone; the client decides it without a job. What the
 * players may look like is the configuration's: `start-request.ts`. Without a ticket id the ticket gets one
 * made of the job's id and its place in the job. Repeating the job changes nothing. Its result: per item, in
 * order, `{ ticketId, status, startTime }`.
 */
export const startMatchmaking = defineJob({
  kind: 'start-matchmaking',
  queue: 'matchmaking',
  item: inEitherSpelling(
    z.strictObject({
      configuration: resourceName,
      ticketId: ticketId.optional(),
      players: z.array(z.unknown()).min(1, 'at least 1 player'),
    }),
  ),
  priority: 1,
});

/**
 * StopMatchmaking for whoever adds jobs with BullMQ alone; the client decides it without a job. A ticket that
 * is PLACING or has ended keeps its status. The job's result: per item, in order, `{ ticketId, status }` as
 * it is now.
 */
export const stopMatchmaking = defineJob({
  kind: 'stop-matchmaking',
  queue: 'matchmaking',
  item: z.strictObject({ ticketId }),
});

/**
 * AcceptMatch for whoever adds jobs with BullMQ alone; the client decides it without a job.
 *
 * Records players' answers to one proposal. The match id binds them to it: an answer that arrives when the
 * ticket is in another proposal changes nothing. The first answer of a player stands. The job's result: per
 * item, in order, `{ ticketId, outcome }`, the outcome as `jobs/scripts/accept.lua` names it.
 */
export const acceptMatch = defineJob({
  kind: 'accept-match',
  queue: 'matchmaking',
  item: inEitherSpelling(
    z.strictObject({
      ticketId,
      matchId,
      playerIds: z.array(playerId).min(1).max(mostPlayersPerTicket),
      acceptance: z.enum(['ACCEPT', 'REJECT']),
    }),
  ),
});
export type AcceptMatch = z.output<typeof acceptMatch.item>;

/**
 * StartMatchBackfill for whoever adds jobs with BullMQ alone; the client decides it without a job. What the
 * players may look like is the configuration's: `backfill.ts`. Without a ticket id the ticket gets one made
 * of the job's id and its place in the job. Repeating the job changes nothing. Its result: per item, in
 * order, `{ ticketId, status, startTime }`.
 */
export const startBackfill = defineJob({
  kind: 'start-backfill',
  queue: 'matchmaking',
  item: z.strictObject({
    configuration: resourceName,
    matchId,
    ticketId: ticketId.optional(),
    players: z.array(z.unknown()).min(1, 'at least 1 player'),
  }),
  priority: 1,
});

/**
 * Runs the cycles of one pool. One attempt and never put off: the next arrival and the beat are its retry,
 * whereas an add during a backoff would wait behind it.
 */
export const formMatches = defineJob({
  kind: 'form-matches',
  queue: 'matchmaking',
  item: z.strictObject({ pool: poolName }),
  limit: 1,
  attempts: 1,
});

/**
 * How to add it: at most one of a pool is active and one waiting, so what happens during a cycle shares the
 * next.
 */
export const oncePerPool = (pool: string) => ({
  deduplication: { id: pool, keepLastIfActive: true },
  removeOnComplete: true,
});

/** What is done on the queue `matchmaking`. */
export const matchmakingJobs: readonly Job[] = [
  startMatchmaking,
  stopMatchmaking,
  acceptMatch,
  startBackfill,
  formMatches,
];
