import { muShownAs, newcomer, type Rating, wellKnown } from '../ladder/rating.ts';
import type { GivenRating } from './jobs.ts';

/** The rating that is given. When its player last played stays as it was. */
export function ratingGiven(
  { rating, mu = muShownAs(rating ?? 1500), sigma, games: given }: GivenRating,
  before: Rating,
  season: number,
): Rating {
  const games = given ?? before.games;
  return { ...before, mu, sigma: sigma ?? sigmaAfter(games), games, season, version: before.version + 1 };
}

/**
 * What so many games leave of a newcomer's uncertainty. Each adds the Fisher information that the model's
 * logistic has of an even game of two, 1 / (8 β²) with β half a newcomer's sigma; never below somebody who is
 * well known.
 */
function sigmaAfter(games: number): number {
  const perGame = 1 / (8 * (newcomer.sigma / 2) ** 2);
  return Math.max(wellKnown, 1 / Math.sqrt(1 / newcomer.sigma ** 2 + games * perGame));
}
