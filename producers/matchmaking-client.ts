import type { WaitEstimate } from '../jobs/configuration/activity.ts';
import type { ReportedResult } from '../jobs/ladder/result.ts';
import type { MatchmakerData } from '../jobs/match/matchmaker-data.ts';
import type { BackfillRequest } from '../jobs/matchmaking/backfill.ts';
import type { AcceptMatch } from '../jobs/matchmaking/jobs.ts';
import type { TicketExplanation } from '../jobs/matchmaking/ticket-explanation.ts';
import type { DescribedTicket } from '../jobs/session/described-ticket.ts';
import type { DescribedSession } from '../jobs/session/session.ts';
import type { EndSessionRequest, PlayerLeftRequest } from '../jobs/session-creation/jobs.ts';
import type { StartRequest } from '../jobs/ticket/start-request.ts';
import type { CallOptions } from './call.ts';
import type { EventsRequest, StreamItem } from './events/events.ts';
import type { DescribedMatch } from './live/describe-match.ts';

export interface SessionRequest {
  /** At most 1,024 characters; with Cognito the player's `sub`. */
  readonly playerId: string;
  /**
   * Letters, digits, `-` and `.`, at most 128. A repeat with the same id changes nothing. Default: a new
   * UUID.
   */
  readonly sessionId?: string;
}

/** A ticket as it stands when its start call returns. */
export interface StartedTicket {
  readonly ticketId: string;
  readonly status: 'SEARCHING';
  /** ISO 8601, by the clock of the queue Redis. */
  readonly startTime: string;
}

/**
 * What game services ask of the fleet.
 *
 * A call checks its input before anything is sent. When it returns, what it promises has been decided and is
 * kept. Otherwise it throws a `RequestError`: its `code` says why, `problems` names the fields that are
 * wrong, and `outcome` says whether anything may have been done. Every call throws `invalid-request` for
 * input that breaks a limit, `not-allowed` for a player who asks for what is not theirs, and `unavailable`
 * while the queue Redis is away or takes no new work; only further codes are listed below.
 *
 * Calls made at the same time share jobs and scripts: a thousand tickets started by `Promise.all` cost a
 * handful of round trips. Of a call that ends in `All` each item succeeds or fails alone; the results are in
 * the order given, and the call itself never throws.
 *
 * "Needs a worker": the record (DocumentDB) is read or changed by a worker that serves the queue named.
 * Without one the call throws `unavailable` after 30 s.
 */
export interface MatchmakingClient {
  /**
   * Gives a player a session and returns its id at once; the session is on record some milliseconds later.
   * Players: for themselves.
   */
  createSession(request: SessionRequest, options?: CallOptions): Promise<{ readonly sessionId: string }>;

  /** Creates many sessions. Services only. */
  createSessionAll(
    requests: readonly SessionRequest[],
    options?: CallOptions,
  ): Promise<PromiseSettledResult<{ readonly sessionId: string }>[]>;

  /**
   * A session as it is now: IN_MATCH while its player is in a live match. `undefined` when there is none.
   * Players: their own. Needs a worker of `session-creation`.
   */
  describeSession(sessionId: string, options?: CallOptions): Promise<DescribedSession | undefined>;

  /**
   * Ends a session. When this returns its player is out of the live match that they were in, and of its
   * backfill ticket; the record follows. Players: their own.
   */
  endSession(request: EndSessionRequest, options?: CallOptions): Promise<void>;

  /**
   * Starts a ticket for a party of 1 to 10 players (or what the configuration allows, at most 200). When this
   * returns the ticket searches, older tickets of its players are CANCELLED, and it will reach exactly one
   * terminal status. Without a `ticketId` a UUID is made; with `options.callId` a repeat gets the first
   * answer. Players: a ticket of themselves alone.
   *
   * Throws `not-found` for an unknown configuration; `conflict` for a ticket id that is in use and for a
   * player whose match is being placed; `unavailable` with `overloaded` while matchmaking is behind.
   */
  startMatchmaking(request: StartRequest, options?: CallOptions): Promise<StartedTicket>;

  /** Starts many tickets, in one script where they fit. Services only. */
  startMatchmakingAll(
    requests: readonly StartRequest[],
    options?: CallOptions,
  ): Promise<PromiseSettledResult<StartedTicket>[]>;

  /**
   * Cancels a ticket, a backfill ticket too: when this returns it is CANCELLED. Players: a ticket they are
   * in. Throws `not-found`, and `conflict` from PLACING on: then it is too late.
   */
  stopMatchmaking(ticketId: string, options?: CallOptions): Promise<void>;

  /**
   * Answers a proposal (ticket status REQUIRES_ACCEPTANCE) for players of a ticket. When this returns the
   * answer counts; the first answer of each player stands. Players: for themselves. Throws `not-found`, and
   * `conflict` when the proposal is over.
   */
  acceptMatch(request: AcceptMatch, options?: CallOptions): Promise<void>;

  /**
   * Tickets by id, at most 100, in the order asked for; unknown ones are left out, and of a player those they
   * are not in. Ten minutes after its end a ticket is read from the record, which needs a worker of
   * `maintenance`.
   */
  describeMatchmaking(ticketIds: readonly string[], options?: CallOptions): Promise<DescribedTicket[]>;

  /**
   * Why a ticket waits, in a sentence and in figures, as its pool's next cycle sees it: needs a worker of
   * `matchmaking`, and of one that ended some minutes ago one of `maintenance`. Players: tickets they are in;
   * they are told no other player's name.
   *
   * Throws `not-found`, and `conflict` for a ticket that changes faster than it can be explained.
   */
  explainTicket(ticketId: string, options?: CallOptions): Promise<TicketExplanation>;

  /**
   * How long (ms) tickets of a configuration waited in the last hour; `undefined` when none was matched. Open
   * to players. Throws `not-found`.
   */
  estimateWait(configuration: string, options?: CallOptions): Promise<WaitEstimate | undefined>;

  /**
   * Looks for players for a live match. When this returns the backfill ticket searches, and an older one of
   * that match is CANCELLED; players who have left the match or look for another one are dropped from it.
   * Stop it by `stopMatchmaking`. Services only.
   *
   * Throws `not-found` for an unknown configuration; `conflict` for a match that is over, is being placed or
   * went on as another, and while one of its players is being placed elsewhere.
   */
  startBackfill(request: BackfillRequest, options?: CallOptions): Promise<StartedTicket>;

  /**
   * Says that a player left a live match. When this returns they are out of it and of its backfill ticket;
   * its result rates them all the same. Players: for themselves. Of a match that the queue does not know any
   * more the record is changed: that needs a worker of `session-creation`, and throws `refused` where the
   * record does not know it either.
   */
  playerLeft(request: PlayerLeftRequest, options?: CallOptions): Promise<void>;

  /**
   * Reports the result of a match. When this returns the match is over and nobody joins it; its ladder rates
   * it in its turn, once, however often it is reported. A result that cannot be (teams that did not play, a
   * match that nobody knows, another result than it has) changes no rating and is kept among refused results.
   * Services only. Throws `conflict` for a match that is being placed.
   */
  reportMatchResult(result: ReportedResult, options?: CallOptions): Promise<void>;

  /** Reports many results. Services only. */
  reportMatchResultAll(
    results: readonly ReportedResult[],
    options?: CallOptions,
  ): Promise<PromiseSettledResult<void>[]>;

  /**
   * A match wherever it is: proposed, decided, or stored with its result. `undefined` when there is none. Its
   * chances are left out where no worker tells them within 2 s. Services only; needs a worker of
   * `maintenance` for a stored match.
   */
  describeMatch(matchId: string, options?: CallOptions): Promise<DescribedMatch | undefined>;

  /**
   * By match id, those of the players who are in that live match; players in none are left out. Services
   * only.
   */
  findLiveMatches(
    playerIds: readonly string[],
    options?: CallOptions,
  ): Promise<ReadonlyMap<string, readonly string[]>>;

  /**
   * What FlexMatch tells the game server of a match that has started: give it to the server as JSON. It names
   * the ticket by which the fleet fills the match while that is open, so that the server can stop it.
   * Services only; needs a worker of `maintenance`. Throws `not-found` before the match is stored.
   */
  readMatchmakerData(matchId: string, options?: CallOptions): Promise<MatchmakerData>;

  /**
   * Lifecycle events of all tickets, in order per ticket, until `signal` is aborted or the client closed. An
   * item of kind `gap` says that events are missing. Keep `position` and give it as `from` to go on after it.
   * Services only; it holds a connection of its own.
   */
  events(request?: EventsRequest): AsyncGenerator<StreamItem>;

  /**
   * The position (`from` of `events`) from which the newest `most` entries of the stream come first: 0 where
   * there are no more than that. Services only.
   */
  findRecentPosition(most: number, options?: CallOptions): Promise<string | 0>;

  /** Closes every connection. Readers of events end; calls that have not been sent are refused. */
  [Symbol.asyncDispose](): Promise<void>;
}
