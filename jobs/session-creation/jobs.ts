import { z } from 'zod';
import { defineJob, type Job } from '../contract.ts';
import { matchId, playerId, sessionId } from '../ids.ts';
import { describedSession } from '../session/session.ts';

/**
 * Gives a player a session: the player is created on their first one, the session is stored in DocumentDB and
 * cached. Doing it again with the same session id changes nothing.
 */
export const createSession = defineJob({
  kind: 'create-session',
  queue: 'session-creation',
  item: z.strictObject({
    sessionId,
    playerId,
    /**
     * When the caller asked, ms since 1970 by TIME of the queue Redis: where SessionCreationLatency starts.
     */
    requestedAt: z.number(),
  }),
});
export type CreateSession = z.output<typeof createSession.item>;

/** Characters of a reason: 200 of them fit a job. */
export const mostReason = 250;

/**
 * Carries decided matches to their effect: each is stored, its tickets are settled and its outbox entry is
 * removed. The job names them and the outbox holds them, so that a match of any size fits, and one that was
 * settled meanwhile is simply not there any more. Every part can be repeated.
 */
export const startMatch = defineJob({
  kind: 'start-match',
  queue: 'session-creation',
  item: z.strictObject({
    matchId,
    /**
     * Why it is given up, as its tickets say: it is FAILED unless it has been stored already. Absent: it is
     * to be played.
     */
    givenUp: z.string().min(1).max(mostReason).optional(),
  }),
  /**
   * About five minutes of trying, after which the match is given up; an unreachable DocumentDB uses none of
   * them.
   */
  attempts: 18,
});

/** What a caller says: which session, and whose it is. */
export const endSessionRequest = z.strictObject({ sessionId, playerId });
export type EndSessionRequest = z.output<typeof endSessionRequest>;

/** Ends sessions. A player who is in a match leaves it. Doing it again changes nothing. */
export const endSession = defineJob({
  kind: 'end-session',
  queue: 'session-creation',
  item: endSessionRequest.extend({
    /** The live match that its player left at the call; '' for none. Absent: the job has them leave. */
    left: z.string().max(128).optional(),
  }),
});
export type EndSession = z.output<typeof endSession.item>;

/** What a caller says. `matchId`: of the match, or of one that it went on from. */
export const playerLeftRequest = z.strictObject({ matchId, playerId });
export type PlayerLeftRequest = z.output<typeof playerLeftRequest>;

/**
 * Says that a player left a match that goes on: it is no longer live for them. The match's result still rates
 * them, for the share of it they played (`played` of the result). Doing it again changes nothing.
 */
export const playerLeft = defineJob({
  kind: 'player-left',
  queue: 'session-creation',
  item: playerLeftRequest.extend({
    /** They are out of the live match already, and the record has yet to follow. */
    isOut: z.boolean().optional(),
  }),
});
export type PlayerLeft = z.output<typeof playerLeft.item>;

/**
 * Reads one session, from the cache or, on a miss, from DocumentDB; whether its player is in a match, from
 * the live matches. Result: a `DescribedSession`, or null.
 */
export const readSession = defineJob({
  kind: 'read-session',
  queue: 'session-creation',
  item: z.strictObject({ sessionId }),
  result: describedSession.nullish(),
  limit: 1,
  attempts: 3,
});

/**
 * Expires sessions in which nothing happened for `sessionLifeSeconds`; the next run goes on where one was cut
 * short.
 */
export const expireSessions = defineJob({
  kind: 'expire-sessions',
  queue: 'session-creation',
  item: z.strictObject({}),
  limit: 1,
  attempts: 1,
});

/** What is done on the queue `session-creation`. */
export const sessionJobs: readonly Job[] = [
  createSession,
  startMatch,
  endSession,
  playerLeft,
  readSession,
  expireSessions,
];
