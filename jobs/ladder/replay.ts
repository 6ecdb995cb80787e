import type { LadderSettings } from './ladder.ts';
import { type PlayedMatch, rateOne } from './rate-one.ts';
import { newcomer, type Rating, winChances } from './rating.ts';

/** A game between two sides. Without a score only who won is known, and the sides' order says nothing. */
export interface Game {
  /** The day it was played, ms since 1970. */
  readonly day: number;
  readonly sides: readonly [string, string];
  /** Higher is better. */
  readonly scores: readonly [number, number];
  /** Whether the first side plays at home. */
  readonly home: boolean;
  /** Counts seasons in order of date, from 0. */
  readonly season: number;
}

/** What was predicted of a game's first side before it was played, and whether it won. */
export interface Forecast {
  readonly day: number;
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
 * Plays games through a system and returns the forecasts of those `scored` says, ties left out. A day's games
 * are all predicted before any of them is rated: a file need not list them in the order they were played.
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
      if (one !== other && scored(game))
        forecasts.push({ day: game.day, chance: system.chance(game), won: one > other });
    }
    for (const [index, game] of today.entries()) system.rate(game, `${from + index}`);
  }
  return forecasts;
}

/**
 * The year 1, in ms since 1970. To a ladder a time of 0 or less is none, so replays count from here: games
 * from before 1970 have dates too.
 */
const yearOne = -62_135_596_800_000;
const timeOf = ({ day }: Game): number => day - yearOne;

/** A ladder of the fleet. */
export function openLadder(settings: LadderSettings): RatingSystem {
  const ratings = new Map<string, Rating>();
  const away = { ...settings, sideAdvantage: 0 };
  const ladderOf = (game: Game) => (game.home ? settings : away);
  return {
    chance(game) {
      const teams = game.sides.map((playerId) => [{ playerId, rating: ratings.get(playerId) ?? newcomer }]);
      return winChances(teams, { at: timeOf(game), season: game.season }, ladderOf(game))[0] ?? 0.5;
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

function asMatch(game: Game, matchId: string): PlayedMatch {
  return {
    matchId,
    committedAt: timeOf(game),
    teams: game.sides.map((playerId, index) => ({ name: `side-${index}`, playerIds: [playerId] })),
    result: { teams: game.scores.map((score, index) => ({ name: `side-${index}`, score })) },
  };
}
