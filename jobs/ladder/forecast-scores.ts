import type { Forecast } from './replay.ts';

/**
 * How good forecasts were. `calibrationError`: mean distance of predicted from actual wins over ten equal
 * bands.
 */
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
  for (const one of forecasts) {
    const { chance, won } = one;
    const actual = won ? 1 : 0;
    right += chance === 0.5 ? 0.5 : Number(chance > 0.5 === won);
    loss += lossOf(one);
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

const lossOf = ({ chance, won }: Forecast): number => -Math.log(Math.max(1e-15, won ? chance : 1 - chance));

/**
 * How much less log-loss than others some forecasts of the same games have, with a 95 % confidence interval.
 */
export interface Gain {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Compares two forecasts of the same games, game by game. Games of one day count as one observation, since
 * what a day brings is alike for all of them. Of fewer than two days the interval is infinite.
 */
export function gainOf(some: readonly Forecast[], others: readonly Forecast[]): Gain {
  const gains = some.map((it, index) => lossOf(others[index] ?? it) - lossOf(it));
  const mean = gains.reduce((sum, it) => sum + it, 0) / Math.max(1, gains.length);
  const days = Map.groupBy(gains.keys(), (index) => some[index]?.day);
  if (days.size < 2) return { mean, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  let squares = 0;
  for (const games of days.values())
    squares += games.reduce((sum, index) => sum + (gains[index] ?? 0) - mean, 0) ** 2;
  const half = (1.96 * Math.sqrt((squares * days.size) / (days.size - 1))) / gains.length;
  return { mean, low: mean - half, high: mean + half };
}
