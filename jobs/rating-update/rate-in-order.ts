import type { CommittedMatch } from '../matchmaking/match.ts';
import type { LadderSettings } from './ladder.ts';
import { ladderTime, type Moment, newcomer, type Rating, rateMatch } from './rating.ts';
import { contest, type StoredResult } from './result.ts';

/** A match of one ladder with its result. */
export interface PlayedMatch {
  readonly matchId: string;
  /** Redis time of its commit, ms. */
  readonly committedAt: number;
  readonly teams: CommittedMatch['teams'];
  readonly result: StoredResult;
  /** When it was rated before, in ladder time: it is rated again as of the same moment. */
  readonly moment?: Moment | undefined;
}

/** What one match did to one player. */
export interface RatingChange {
  readonly playerId: string;
  readonly before: Rating;
  readonly after: Rating;
}

export interface RatedMatch {
  readonly match: PlayedMatch;
  readonly moment: Moment;
  readonly changes: readonly RatingChange[];
}

/** In order of commit; ids break ties, so that the same matches are the same sequence whoever sorts them. */
export const byCommit = (one: PlayedMatch, other: PlayedMatch): number =>
  one.committedAt - other.committedAt || (one.matchId < other.matchId ? -1 : 1);

/**
 * Rates matches one after the other in the order given, each from the ratings the earlier ones left. `stored` gives the
 * players' before the first; who has none is a newcomer.
 */
export function rateInOrder(
  matches: readonly PlayedMatch[],
  stored: (playerId: string) => Rating | undefined,
  { season, settings }: { readonly season: number; readonly settings: LadderSettings },
): RatedMatch[] {
  const current = new Map<string, Rating>();
  const ratingOf = (playerId: string) => current.get(playerId) ?? stored(playerId) ?? newcomer;
  return matches.map((match) => {
    const { teams, place } = contest(match, match.result, ratingOf);
    const everybody = teams.flatMap((team) => team.map((it) => it.rating));
    const moment = match.moment ?? { at: ladderTime(match.committedAt, everybody), season };
    const after = rateMatch(teams, place, moment, settings);
    const changes = [...after].map(([playerId, rating]) => ({
      playerId,
      before: ratingOf(playerId),
      after: rating,
    }));
    for (const [playerId, rating] of after) current.set(playerId, rating);
    return { match, moment, changes };
  });
}
