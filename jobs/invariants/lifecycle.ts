import type { TicketStatus } from '../ticket/ticket.ts';

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
 * What a ticket's events must look like by its status: it searches, again after each failed proposal and each match that came
 * second for a ticket, and ends. A backfill ticket that ends before it enters its pool never searched.
 */
const lifecycles: Readonly<Partial<Record<TicketStatus, RegExp>>> = {
  SEARCHING: /^S(P(a*c)?S)*$/,
  REQUIRES_ACCEPTANCE: /^S(P(a*c)?S)*Pa*$/,
  PLACING: /^S(P(a*c)?S)*P(a+c)?$/,
  COMPLETED: /^S(P(a*c)?S)*P(a+c)?M$/,
  TIMED_OUT: /^(S(P(a*c)?S)*(Pa*c)?)?T$/,
  CANCELLED: /^(S(P(a*c)?S)*(Pa*c)?)?X$/,
  FAILED: /^(S(P(a*c)?S)*(P(a+c)?)?)?F$/,
};

/** Whether events of these types, in this order and no others, lead to the status. */
export const leadsTo = (types: readonly string[], status: TicketStatus): boolean =>
  lifecycles[status]?.test(types.map((type) => letters[type] ?? '?').join('')) ?? false;
