import type { StoredResult } from '../../jobs/ladder/result.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import { fromStoredTickets, type StoredMatchTicket } from '../../jobs/match/stored-tickets.ts';
import type { GameSession } from '../../jobs/session/placement.ts';

/**
 * A document of `matches`: with rule set version, `now` and `seed`, so that each match can be formed again
 * and checked.
 */
export interface MatchRecord {
  readonly _id: string;
  readonly configuration: string;
  readonly ladder: string;
  readonly rule_set: CommittedMatch['ruleSet'];
  readonly status: 'COMPLETED' | 'FAILED';
  /** Of one that is FAILED: a word and a sentence, as its tickets say them. */
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /**
   * Of one that failed for a reason of single tickets: which failed with it. The others search again, or are
   * in the match whose they are.
   */
  readonly failing?: readonly string[] | undefined;
  /** Redis time of the cycle that formed it, ms. */
  readonly now: number;
  /** Fleet time of the same, ms. */
  readonly as_of?: number | undefined;
  readonly seed: number;
  readonly location?: string | undefined;
  /** Where it is played, when a webhook placed it. */
  readonly game_session?: GameSession | undefined;
  readonly tickets: readonly StoredMatchTicket[];
  readonly teams: CommittedMatch['teams'];
  /** Each team's chance to win when the match began, by its players' ratings, in the order of `teams`. */
  readonly chances?: readonly number[] | undefined;
  readonly created_at: Date;
  /** Players who left before its end: it is no longer live for them. */
  readonly left?: readonly string[];
  /** The running match it goes on from, with new players. */
  readonly backfill?: CommittedMatch['backfill'] | undefined;
  /**
   * Players of the match it goes on from who are not in it any more; its result still rates them, on these
   * teams.
   */
  readonly departed?: CommittedMatch['teams'] | undefined;
  /** The match that goes on from it: this one is over, and a result reported of it is that one's. */
  readonly succeeded_by?: string;
  /** The reported result and when its ladder took it; absent until then. */
  readonly result?: StoredResult;
  readonly rated_at?: Date;
  /** Results that were replaced, oldest first. */
  readonly corrections?: readonly Correction[];
}

export interface Correction {
  readonly replaced: StoredResult;
  /** Its ordinal in the ladder. */
  readonly revision: number;
  readonly by: string;
  readonly reason: string;
  readonly at: Date;
}

/** Everybody who played in a match, by team: who is in it, and who left before it was backfilled. */
export function playedTeams({ teams, departed = [] }: MatchRecord): CommittedMatch['teams'] {
  if (departed.length === 0) return teams;
  return teams.map(({ name, playerIds }) => ({
    name,
    playerIds: [...playerIds, ...(departed.find((team) => team.name === name)?.playerIds ?? [])],
  }));
}

/** A match as it was decided. Where it is placed is on record with it. */
export const committedOf = (record: MatchRecord): CommittedMatch => ({
  matchId: record._id,
  configuration: record.configuration,
  ladder: record.ladder,
  ruleSet: record.rule_set,
  now: record.now,
  asOf: record.as_of ?? record.now,
  seed: record.seed,
  ...(record.location !== undefined && { location: record.location }),
  tickets: fromStoredTickets(record.tickets),
  teams: record.teams,
  ...(record.backfill && { backfill: record.backfill }),
});

/** Who left a running match, and who of it still counts without being in it. */
export type Inherited = Pick<MatchRecord, 'left' | 'departed'>;

/** What a match takes over from the running one it goes on from. */
export function inherit(from: MatchRecord, match: CommittedMatch): Inherited {
  const present = new Set(match.teams.flatMap((team) => team.playerIds));
  const departed = playedTeams(from)
    .map(({ name, playerIds }) => ({ name, playerIds: playerIds.filter((id) => !present.has(id)) }))
    .filter((team) => team.playerIds.length > 0);
  const left = (from.left ?? []).filter((id) => present.has(id) && !joined(match).has(id));
  return { ...(departed.length > 0 && { departed }), ...(left.length > 0 && { left }) };
}

/** Players whom a backfilled match has won. */
export const joined = ({
  tickets,
  backfill,
}: Pick<CommittedMatch | MatchRecord, 'tickets' | 'backfill'>): Set<string> =>
  new Set(
    tickets
      .filter((ticket) => ticket.ticketId !== backfill?.ticketId)
      .flatMap((ticket) => ticket.players.map((player) => player.playerId)),
  );
