import type { InstalledConfiguration } from '../configuration/configuration.ts';
import type { LadderSettings } from '../ladder/ladder.ts';
import type { Rating } from '../ladder/rating.ts';
import type { StoredResult } from '../ladder/result.ts';
import type { CommittedMatch } from '../match/match.ts';
import type { StoredSessionStatus } from '../session/session.ts';
import type { TicketStatus } from '../ticket/lifecycle.ts';

import type { HeldEvent } from './held-event.ts';

/**
 * All that the stores of one domain hold, as plain data. Every moment is ms since 1970. What is in it was
 * read while work went on unless the diary says that everything was settled.
 */
export interface Snapshot extends QueueContents, RecordContents {
  /** When it was read, by the reader's clock. */
  readonly takenAt: number;
  /** Absent: the session cache was not read. */
  readonly cache?: CacheContents | undefined;
}

/** What the queue Redis holds. */
export interface QueueContents {
  readonly tickets: readonly HeldTicket[];
  /** Ticket ids of each pool that has any. */
  readonly pools: ReadonlyMap<string, readonly string[]>;
  /** Ids of the matches that players are asked about. */
  readonly proposals: readonly string[];
  /** Ids of the matches that were decided and whose effect is not confirmed. */
  readonly outbox: readonly string[];
  /** The matches that are live, by id. */
  readonly live: ReadonlyMap<string, HeldMatch>;
  /** The live match of each player who is in one, as readers of their sessions are told. */
  readonly playing: ReadonlyMap<string, string>;
  /** The domain's events from the first kept on. */
  readonly events: readonly HeldEvent[];
  /** Whether the event stream has all numbers from 1 to the latest. */
  readonly eventsComplete: boolean;
  /** The configurations that workers go by. */
  readonly installed: readonly Installed[];
  /** Jobs that are kept as failed. */
  readonly failedJobs: readonly FailedJob[];
}

/** A live match as the queue Redis holds it. */
interface HeldMatch {
  readonly playerIds: readonly string[];
  /** AUTOMATIC gives it no backfill ticket, because somebody stopped one. */
  readonly quiet: boolean;
  /** Its open backfill ticket. */
  readonly backfill?: string | undefined;
}

/** A ticket as the queue Redis holds it. */
export interface HeldTicket {
  readonly ticketId: string;
  readonly configuration: string;
  readonly status: TicketStatus;
  /** One word for a terminal status; empty where there is none. */
  readonly reason: string;
  readonly playerIds: readonly string[];
  readonly start: number;
  /** Absent while it has not ended. */
  readonly end?: number | undefined;
  readonly pool: string;
  readonly matchId: string;
  /** The running match that it wants players for; absent for the ticket of players. */
  readonly fills?: string | undefined;
}

/** The copy of a configuration that workers go by. */
export interface Installed extends InstalledConfiguration {
  readonly paused: boolean;
}

export interface FailedJob {
  readonly id: string;
  readonly kind: string;
  readonly reason: string;
}

/** What DocumentDB holds, by the names of its fields. */
export interface RecordContents {
  readonly matches: readonly StoredMatch[];
  /** Tickets as DocumentDB has them: which match each ended in. */
  readonly claims: readonly StoredTicket[];
  readonly players: readonly StoredPlayer[];
  readonly sessions: readonly StoredSession[];
  readonly ratingChanges: readonly StoredRatingChange[];
  readonly givenRatings?: readonly StoredGivenRating[];
  /** Every version of every configuration. */
  readonly configurations: readonly InstalledConfiguration[];
  /** Every version of every rule set that is stored or in force. */
  readonly ruleSets: readonly StoredRuleSet[];
}

export interface StoredMatch {
  readonly _id: string;
  readonly configuration: string;
  readonly ladder: string;
  readonly rule_set: { readonly name: string; readonly version: number };
  readonly status: 'COMPLETED' | 'FAILED';
  readonly now: number;
  /** The same in fleet time: no step of a clock turns it round. */
  readonly as_of?: number | undefined;
  readonly created_at: number;
  readonly tickets: CommittedMatch['tickets'];
  readonly teams: CommittedMatch['teams'];
  readonly left?: readonly string[] | undefined;
  readonly backfill?: CommittedMatch['backfill'] | undefined;
  readonly departed?: CommittedMatch['teams'] | undefined;
  readonly succeeded_by?: string | undefined;
  readonly result?: StoredResult | undefined;
  readonly rated_at?: number | undefined;
}

export interface StoredTicket {
  readonly _id: string;
  readonly match_id?: string | undefined;
  readonly status: string;
  /** Of a backfill ticket that ended without a match. */
  readonly fills?: string | undefined;
}

export interface StoredPlayer {
  readonly _id: string;
  readonly profile: { readonly games_played: number; readonly current_rating: number };
  readonly ratings: Readonly<Record<string, Rating>>;
}

export interface StoredSession {
  readonly _id: string;
  readonly player_id: string;
  readonly status: StoredSessionStatus;
  readonly rating: number;
  readonly timestamp: number;
  readonly created_at: number;
}

export interface StoredRatingChange {
  readonly ladder: string;
  readonly match_id: string;
  readonly player_id: string;
  readonly revision: number;
  readonly before: Rating;
  readonly after: Rating;
  /** As of when the match was rated: its place in the ladder's time, and the season. */
  readonly at: number;
  readonly season: number;
  /** By which it was rated. */
  readonly settings: LadderSettings;
}

/** A rating that an operator gave. */
export type StoredGivenRating = Pick<StoredRatingChange, 'ladder' | 'player_id' | 'before' | 'after'>;

export interface StoredRuleSet {
  readonly name: string;
  readonly version: number;
  /** The JSON text. */
  readonly body: string;
}

/**
 * What the session cache holds of the players and sessions of this domain. Every value is text, as Redis
 * keeps it.
 */
export interface CacheContents {
  readonly sessions: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly ratings: ReadonlyMap<string, Readonly<Record<string, string>>>;
}
