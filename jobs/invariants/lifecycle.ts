import type { TicketStatus } from '../matchmaking/ticket.ts';

/** Event types as letters, so that a lifecycle is a pattern. */
const letters: Readonly<Record<string, string>> = {
  MatchmakingSearching: 'S',
  PotentialMatchCreated: 'P',
  AcceptMatch: 'a',
  AcceptMatchCompleted: 'c',
  MatchmakingSucceeded: 'M',
  MatchmakingTimedOut: 'T',
  MatchmakingCancelled: 'X',
  MatchmakingFailed: 'F',
};

/**
 * What a ticket's events must look like by its status: it searches, again after each failed proposal, and ends. A backfill
 * ticket that ends before it enters its pool never searched.
 */
const lifecycles: Readonly<Partial<Record<TicketStatus, RegExp>>> = {
  SEARCHING: /^S(Pa*cS)*$/,
  REQUIRES_ACCEPTANCE: /^S(Pa*cS)*Pa*$/,
  PLACING: /^S(Pa*cS)*P(a+c)?$/,
  COMPLETED: /^S(Pa*cS)*P(a+c)?M$/,
  TIMED_OUT: /^(S(Pa*cS)*(Pa*c)?)?T$/,
  CANCELLED: /^(S(Pa*cS)*(Pa*c)?)?X$/,
  FAILED: /^(S(Pa*cS)*(P(a+c)?)?)?F$/,
};

/** Whether events of these types, in this order and no others, lead to the status. */
export const leadsTo = (types: readonly string[], status: TicketStatus): boolean =>
  lifecycles[status]?.test(types.map((type) => letters[type] ?? '?').join('')) ?? false;
