import type { CommittedMatch } from '../match/match.ts';
import type { LadderSettings } from './ladder.ts';
import { isSound, ladderTime, type Moment, newcomer, type Rating, rateMatch } from './rating.ts';
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

/** What happened to one player's rating. */
export interface RatingChange {
  readonly playerId: string;
  readonly before: Rating;
  readonly after: Rating;
}

export interface RatedMatch {
  readonly moment: Moment;
  readonly changes: readonly RatingChange[];
}

/**
 * Rates one match. `ratingOf` gives its players' ratings before it; who has none is a newcomer. Returns, in
 * place of what it did, why it cannot be rated: a rating would come out that is no number.
 */
export function rateOne(
  match: PlayedMatch,
  ratingOf: (playerId: string) => Rating | undefined,
  { season, settings }: { readonly season: number; readonly settings: LadderSettings },
): RatedMatch | string {
  const before = (playerId: string) => ratingOf(playerId) ?? newcomer;
  const { teams, place } = contest(match, match.result, before);
  const everybody = teams.flatMap((team) => team.map((it) => it.rating));
  const moment = match.moment ?? { at: ladderTime(match.committedAt, everybody), season };
  const changes = [...rateMatch(teams, place, moment, settings)].map(([playerId, after]) => ({
    playerId,
    before: before(playerId),
    after,
  }));
  const broken = changes.find(({ after }) => !isSound(after));
  return broken
    ? `match ${match.matchId} would give player ${broken.playerId} a rating that is no number (mu ${broken.after.mu}, sigma ${broken.after.sigma}): check the settings of its ladder`
    : { moment, changes };
}
