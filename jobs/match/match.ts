import type { TicketPlayer } from '../ticket/ticket.ts';

/**
 * A decided match: which tickets, who plays on which team, and everything needed to form it again (rule set
 * version, `now`, `seed`), so that each can be re-checked.
 */
export interface CommittedMatch {
  readonly matchId: string;
  readonly configuration: string;
  /** Whose ratings its result changes. */
  readonly ladder: string;
  readonly ruleSet: { readonly name: string; readonly version: number };
  /** The cycle's Redis time, ms. */
  readonly now: number;
  /**
   * The cycle's fleet time, ms: expansions were judged as of it. Of two matches of a player the later one has
   * the higher.
   */
  readonly asOf: number;
  readonly seed: number;
  readonly location?: string;
  /** Its configuration asks a webhook where it is played. */
  readonly placement?: 'webhook';
  readonly tickets: readonly {
    readonly ticketId: string;
    /** Redis time when it was asked for, ms. */
    readonly startTime: number;
    /** How long it had searched, ms of fleet time up to `asOf`: by this expansions were judged. */
    readonly age: number;
    /** Tells it from every other ticket, also from one that had its id before. */
    readonly sequence: number;
    readonly players: readonly TicketPlayer[];
    /** Header of the trace its start call belonged to, where there was one. */
    readonly trace?: string;
  }[];
  /** Live matches that its players left when it was decided. */
  readonly leaves?: readonly { readonly matchId: string; readonly playerIds: readonly string[] }[];
  /**
   * In the order of its tickets the call that asked for each; '' for one that the fleet opened. Absent before
   * it is decided.
   */
  readonly calls?: readonly string[];
  readonly teams: readonly { readonly name: string; readonly playerIds: readonly string[] }[];
  /**
   * Where it goes on from a running match: that match, and the ticket that asked for company for its players.
   */
  readonly backfill?: { readonly matchId: string; readonly ticketId: string };
}
