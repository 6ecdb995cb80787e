import { predictWin, rate } from 'openskill';
import type { CommittedMatch } from '../matchmaking/match.ts';
import type { MatchResult } from './update-ratings.ts';

/** A player's skill on one ladder: a normal distribution, and how often it has changed. */
export interface Rating {
  readonly mu: number;
  readonly sigma: number;
  /** Counts the matches rated; a cache takes only a higher one. */
  readonly version: number;
}

/** Who has not played yet: the defaults of Weng and Lin's paper (JMLR 12, 2011) and of `openskill`. */
export const newcomer: Rating = { mu: 25, sigma: 25 / 3, version: 0 };

const beta = newcomer.sigma / 2;

/**
 * The integer players see. An Elo-like scale: 1500 for a newcomer, and 400 points between two well-known players mean
 * odds of ten to one. The Bradley-Terry model expects p = 1 / (1 + exp(-Δmu / (√2 β))), Elo p = 1 / (1 + 10^(-Δ/400)):
 * equal when one mu is 400 / (ln 10 · √2 β) = 29.5 points. It shows mu and not a cautious mu − 3σ, so that it neither
 * starts at the bottom nor climbs merely by playing.
 */
export function visibleRating(rating: Pick<Rating, 'mu'>): number {
  return Math.round(1500 + ((rating.mu - newcomer.mu) * 400) / (Math.LN10 * Math.SQRT2 * beta));
}

/** Each team's chance to win, in the order given; they sum to 1. */
export function winChances(teams: readonly (readonly Rating[])[]): number[] {
  return predictWin(teams.map((team) => team.map(({ mu, sigma }) => ({ mu, sigma }))));
}

/**
 * New ratings of all players of one match by its result (Weng-Lin, Plackett-Luce). Teams without players do not count;
 * with fewer than two teams nothing was won, and only `version` grows.
 */
export function rateMatch(
  teams: readonly { readonly players: readonly { readonly playerId: string; readonly rating: Rating }[] }[],
  place: { readonly rank: readonly number[] } | { readonly score: readonly number[] },
): Map<string, Rating> {
  const before = teams.map((team) =>
    team.players.map(({ rating }) => ({ mu: rating.mu, sigma: rating.sigma })),
  );
  const after =
    teams.length < 2
      ? before
      : rate(before, 'rank' in place ? { rank: [...place.rank] } : { score: [...place.score] });
  const ratings = new Map<string, Rating>();
  for (const [t, team] of teams.entries())
    for (const [p, { playerId, rating }] of team.players.entries()) {
      const { mu, sigma } = after[t]?.[p] ?? rating;
      ratings.set(playerId, { mu, sigma, version: rating.version + 1 });
    }
  return ratings;
}

/** Why a result does not fit its match, or `undefined` when it does: it must name exactly the teams that played. */
export function resultProblem(match: Pick<CommittedMatch, 'teams'>, result: MatchResult): string | undefined {
  const played = match.teams.filter((team) => team.playerIds.length > 0).map((team) => team.name);
  const named = new Set(result.teams.map((team) => team.name));
  const unknown = result.teams.find((team) => !played.includes(team.name));
  if (unknown)
    return `teams: ${unknown.name} did not play in match ${result.matchId} (${played.join(', ')} did)`;
  const missing = played.find((name) => !named.has(name));
  return missing ? `teams: ${missing} played in match ${result.matchId} and has no rank or score` : undefined;
}

/** Whether two reports of a match say the same: only the order of its teams matters, not how it was written down. */
export function sameResult(one: MatchResult, other: MatchResult): boolean {
  const normal = (result: MatchResult) =>
    JSON.stringify(
      [...result.teams]
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((team) => [team.name, 'rank' in team ? team.rank : null, 'score' in team ? team.score : null]),
    );
  return normal(one) === normal(other);
}
