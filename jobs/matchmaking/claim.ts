/**
 * Which ticket of an id belongs to which match, by the names that the record has for it. An id may be used
 * again once its ticket is forgotten, so a claim also says which of its tickets it is about.
 */
export interface Claim {
  /** Absent: the ticket ended without a match. */
  readonly match_id?: string;
  readonly sequence?: number;
  /**
   * The call that asked for the ticket, the same however often it is repeated. Absent: the fleet opened the
   * ticket itself.
   */
  readonly call?: string;
  /** When the match was decided, or ended before anybody claimed its tickets; Redis time in ms. */
  readonly decided_at?: number;
}

/** How long (ms) a ticket that has ended stays in the queue store, unless workers are told otherwise. */
export const defaultReadableMs = 10 * 60_000;

/**
 * Whether a claim that is on record refuses another match's. It does when both are about one ticket, or while
 * it is young: a queue that went back in time has forgotten a ticket whose id may come again by a new call.
 * An older one gives way. `youngMs`: as long as ended tickets stay in the queue store.
 */
export function refuses(
  held: Claim,
  wanted: Required<Omit<Claim, 'call'>> & Pick<Claim, 'call'>,
  youngMs: number,
): boolean {
  if (held.match_id === undefined) return false;
  return isSame(held, wanted) || wanted.decided_at - (held.decided_at ?? 0) < youngMs;
}

/** Whether both are about one ticket: a repeated call may have started it again under another number. */
export const isSame = (held: Claim, wanted: Claim): boolean =>
  held.sequence === wanted.sequence || (held.call !== undefined && held.call === wanted.call);
