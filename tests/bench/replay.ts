import type { LadderSettings } from '../../jobs/rating-update/ladder.ts';
import { type PlayedMatch, rateOne } from '../../jobs/rating-update/rate-one.ts';
import { newcomer, type Rating, winChances } from '../../jobs/rating-update/rating.ts';
import type { Game } from './games.ts';

/** What was predicted of a game's first side before it was played, and whether it won. */
export interface Forecast {
  readonly chance: number;
  readonly won: boolean;
}

/** What rates players and predicts games. */
export interface RatingSystem {
  /** The first side's chance to win. */
  readonly chance: (game: Game) => number;
  readonly rate: (game: Game, matchId: string) => void;
}

/**
 * Plays games through a system and returns the forecasts of those `scored` says, ties left out. A day's games are all predicted before
 * any of them is rated: a file need not list them in the order they were played.
 */
export function forecast(
  games: readonly Game[],
  system: RatingSystem,
  scored: (game: Game) => boolean,
): Forecast[] {
  const forecasts: Forecast[] = [];
  for (let from = 0, to = 0; from < games.length; from = to) {
    while (to < games.length && games[to]?.day === games[from]?.day) to++;
    const today = games.slice(from, to);
    for (const game of today) {
      const [one, other] = game.scores;
      if (one !== other && scored(game)) forecasts.push({ chance: system.chance(game), won: one > other });
    }
    for (const [index, game] of today.entries()) system.rate(game, `${from + index}`);
  }
  return forecasts;
}

/** A ladder of the fleet. */
export function openLadder(settings: LadderSettings): RatingSystem {
  const ratings = new Map<string, Rating>();
  const away = { ...settings, sideAdvantage: 0 };
  const ladderOf = (game: Game) => (game.home ? settings : away);
  return {
    chance(game) {
      const teams = game.sides.map((playerId) => [{ playerId, rating: ratings.get(playerId) ?? newcomer }]);
      return winChances(teams, { at: game.day, season: game.season }, ladderOf(game))[0] ?? 0.5;
    },
    rate(game, matchId) {
      const { season } = game;
      const rated = rateOne(asMatch(game, matchId), (id) => ratings.get(id), {
        season,
        settings: ladderOf(game),
      });
      if (typeof rated === 'string') throw new Error(rated);
      for (const { playerId, after } of rated.changes) ratings.set(playerId, after);
    },
  };
}

/** How far one game moves an Elo rating, by how many the player has played. */
export const eloSpeeds = {
  'Elo, K 24': () => 24,
  // FiveThirtyEight's for tennis (Morris and Bialik, "Serena Williams and the difference between all-time great and greatest of all time", 2015).
  "Elo, 538's falling K": (games: number) => 250 / (games + 5) ** 0.4,
} as const;

/** Elo: everybody begins with 1500, and the side at home is better by so many points. */
export function openElo(speed: (games: number) => number, sideAdvantage: number): RatingSystem {
  const ratings = new Map<string, { readonly points: number; readonly games: number }>();
  const of = (id: string) => ratings.get(id) ?? { points: 1_500, games: 0 };
  const chance = ({ sides: [one, other], home }: Game) =>
    1 / (1 + 10 ** ((of(other).points - of(one).points - (home ? sideAdvantage : 0)) / 400));
  return {
    chance,
    rate(game) {
      const [mine, theirs] = game.scores;
      const surprise = (Math.sign(mine - theirs) + 1) / 2 - chance(game);
      for (const [index, id] of game.sides.entries()) {
        const { points, games } = of(id);
        const moved = speed(games) * (index === 0 ? surprise : -surprise);
        ratings.set(id, { points: points + moved, games: games + 1 });
      }
    },
  };
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
