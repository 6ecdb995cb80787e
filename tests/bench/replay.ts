import type { LadderSettings } from '../../jobs/rating-update/ladder.ts';
import { type PlayedMatch, rateInOrder } from '../../jobs/rating-update/rate-in-order.ts';
import { newcomer, type Rating, winChances } from '../../jobs/rating-update/rating.ts';
import type { Game } from './games.ts';

/** What was predicted of a game's first side before it was played, and whether it won. */
export interface Forecast {
  readonly chance: number;
  readonly won: boolean;
}

/**
 * Plays games through a ladder as the fleet does and returns the forecasts of those `scored` says, ties left out. A day's
 * games are all predicted before any of them is rated: a file need not list them in the order they were played.
 */
export function replay(
  games: readonly Game[],
  settings: LadderSettings,
  scored: (game: Game) => boolean,
): Forecast[] {
  const ratings = new Map<string, Rating>();
  const ratingOf = (playerId: string) => ratings.get(playerId) ?? newcomer;
  const away = { ...settings, sideAdvantage: 0 };
  const ladderOf = (game: Game) => (game.home ? settings : away);
  const forecasts: Forecast[] = [];
  for (let from = 0, to = 0; from < games.length; from = to) {
    while (to < games.length && games[to]?.day === games[from]?.day) to++;
    const today = games.slice(from, to);
    for (const game of today) {
      const [one, other] = game.scores;
      if (one === other || !scored(game)) continue;
      const teams = game.sides.map((playerId) => [{ playerId, rating: ratingOf(playerId) }]);
      const [chance = 0.5] = winChances(teams, { at: game.day, season: game.season }, ladderOf(game));
      forecasts.push({ chance, won: one > other });
    }
    for (const [index, game] of today.entries()) {
      const { season } = game;
      const match = asMatch(game, `${from + index}`);
      for (const { changes } of rateInOrder([match], ratingOf, { season, settings: ladderOf(game) }))
        for (const { playerId, after } of changes) ratings.set(playerId, after);
    }
  }
  return forecasts;
}

function asMatch({ day, sides, scores }: Game, matchId: string): PlayedMatch {
  return {
    matchId,
    committedAt: day,
    teams: sides.map((playerId, index) => ({ name: `side-${index}`, playerIds: [playerId] })),
    result: { teams: scores.map((score, index) => ({ name: `side-${index}`, score })) },
  };
}

/** How good forecasts were. `calibrationError`: mean distance of predicted from actual wins over ten equal bands. */
export interface Scores {
  readonly games: number;
  readonly accuracy: number;
  readonly logLoss: number;
  readonly brier: number;
  readonly calibrationError: number;
}

export function scoresOf(forecasts: readonly Forecast[]): Scores {
  const bands = Array.from({ length: 10 }, () => 0);
  let [right, loss, brier] = [0, 0, 0];
  for (const { chance, won } of forecasts) {
    const actual = won ? 1 : 0;
    right += chance === 0.5 ? 0.5 : Number(chance > 0.5 === won);
    loss -= Math.log(Math.max(1e-15, won ? chance : 1 - chance));
    brier += (chance - actual) ** 2;
    const band = Math.min(9, Math.floor(chance * 10));
    bands[band] = (bands[band] ?? 0) + chance - actual;
  }
  const games = forecasts.length;
  const share = (sum: number) => (games === 0 ? 0 : sum / games);
  return {
    games,
    accuracy: share(right),
    logLoss: share(loss),
    brier: share(brier),
    calibrationError: share(bands.reduce((sum, gap) => sum + Math.abs(gap), 0)),
  };
}
