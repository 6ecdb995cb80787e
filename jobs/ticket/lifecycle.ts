/**
 * The life of a ticket. A call or a cycle moves it, in one script each; the letters are the events that tell
 * of it.
 *
 *     start ──S──▶ SEARCHING ──────────── a match is formed ────────────┐
 *                   ▲  │                                                │
 *                   │  ├─ P ─▶ REQUIRES_ACCEPTANCE ─ all accept: a* c ──┤
 *                   │  │         │  │                                   ▼
 *                   │  │         │  └─ rejected, or silent: c ─▶ X    PLACING ──M──▶ COMPLETED
 *                   │  │         │                                      │
 *                   └──S── others of the proposal: c                    ├──F──▶ FAILED
 *                   └──S── the match came second for another ticket ────┘
 *                      │
 *                      ├─ stopped, replaced by a newer ticket, or its match is over ──X──▶ CANCELLED
 *                      └─ requestTimeoutSeconds are over ──T──▶ TIMED_OUT
 *
 * Statuses are those of the GameLift API, but for QUEUED: a ticket searches from its start. The last four are
 * terminal.
 */
export const ticketStatuses = [
  'SEARCHING',
  'REQUIRES_ACCEPTANCE',
  'PLACING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'TIMED_OUT',
] as const;
export type TicketStatus = (typeof ticketStatuses)[number];

const terminal: readonly string[] = ticketStatuses.slice(ticketStatuses.indexOf('COMPLETED'));

/** Whether a ticket of this status has ended: it changes no more. */
export const isTerminal = (status: string): boolean => terminal.includes(status);

/** Event types as letters, so that a lifecycle is a pattern. */
const letters = new Map([
  ['MatchmakingSearching', 'S'],
  ['PotentialMatchCreated', 'P'],
  ['AcceptMatch', 'a'],
  ['AcceptMatchCompleted', 'c'],
  ['MatchmakingSucceeded', 'M'],
  ['MatchmakingTimedOut', 'T'],
  ['MatchmakingCancelled', 'X'],
  ['MatchmakingFailed', 'F'],
]);

/**
 * What a ticket's events must look like by its status: it searches, again after each failed proposal and each
 * match that came second for a ticket, and ends. A backfill ticket that ends before it enters its pool never
 * searched.
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
  lifecycles[status]?.test(types.map((type) => letters.get(type) ?? '?').join('')) ?? false;
