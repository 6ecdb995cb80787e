import { describe, expect, test } from 'vitest';
import { chance } from '../../infra/local/demo/random.ts';
import { fitLadder, leastGames } from '../../jobs/ladder/fit-ladder.ts';
import { gainOf, scoresOf } from '../../jobs/ladder/forecast-scores.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { type Forecast, forecast, type Game, openLadder } from '../../jobs/ladder/replay.ts';

const dayMs = 24 * 3_600 * 1_000;
const pointsPerLogit = 400 / Math.LN10;

/**
 * Games of players whose skill is known, in points; ten a day. `drift`: what a game adds to the skill of each
 * side, a deviation.
 */
function simulated(
  seed: number,
  { games, spread, side, drift }: { games: number; spread: number; side: number; drift: number },
): Game[] {
  const random = chance(seed);
  const skills = Array.from({ length: 100 }, () => random.normal() * spread);
  return Array.from({ length: games }, (_, n) => {
    const one = Math.floor(random.uniform() * 100);
    const other = (one + 1 + Math.floor(random.uniform() * 99)) % 100;
    const ahead = (skills[one] ?? 0) - (skills[other] ?? 0) + side;
    const won = random.uniform() < 1 / (1 + Math.exp(-ahead / pointsPerLogit));
    for (const it of [one, other]) skills[it] = (skills[it] ?? 0) + random.normal() * drift;
    return {
      day: Math.floor(n / 10) * dayMs,
      sides: [`p${one}`, `p${other}`],
      scores: won ? [1, 0] : [0, 1],
      home: true,
      season: 0,
    };
  });
}
const lossFrom = (games: readonly Game[], day: number, settings = defaultSettings) =>
  scoresOf(forecast(games, openLadder(settings), (it) => it.day >= day)).logLoss;

describe('settings fit on a simulated stream', { timeout: 60_000 }, () => {
  test.each([1, 2])(
    'find the side advantage and what drifts, and predict later games better: seed %i',
    (seed) => {
      const truth = { games: 5_000, spread: 200, side: 80, drift: 16 };
      const games = simulated(seed, truth);
      const later = games[3_750]?.day ?? 0;

      const fit = fitLadder(
        games.filter((it) => it.day < later),
        { side: true, margin: false },
      );

      expect(Math.abs(fit.sideAdvantage - truth.side)).toBeLessThan(25);
      // An idle day and a match are seldom told apart: ten games a day give each of a hundred players one in
      // five days.
      const drift = Math.sqrt(fit.matchUncertainty ** 2 + 5 * fit.dailyUncertainty ** 2);
      expect(drift).toBeGreaterThan(truth.drift / 2.5);
      expect(drift).toBeLessThan(truth.drift * 2.5);
      expect(fit.typicalMargin).toBeUndefined();
      expect(lossFrom(games, later, fit)).toBeLessThan(lossFrom(games, later));
    },
  );

  test('give even players less uncertainty as newcomers than players who differ', () => {
    const [even, wide] = [40, 350].map((spread) =>
      fitLadder(simulated(1, { games: 3_000, spread, side: 0, drift: 0 }), { side: true, margin: false }),
    );

    expect(even?.newcomerUncertainty).toBeLessThan(200);
    expect(wide?.newcomerUncertainty ?? 246).toBeGreaterThan(240);
  });

  test('are the defaults where there are too few games', () => {
    const few = simulated(1, { games: leastGames - 1, spread: 200, side: 100, drift: 0 });

    expect(fitLadder(few, { side: true, margin: false })).toEqual(defaultSettings);
  });

  test('say how far they are: from 0 to 1, never back', () => {
    const told: number[] = [];
    const games = simulated(1, { games: leastGames, spread: 200, side: 0, drift: 0 });
    fitLadder(games, { side: true, margin: false, progress: (done) => told.push(done) });

    expect(told[0]).toBe(0);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });
});

describe('forecasts compared', () => {
  const even = (count: number, day: (n: number) => number, chanceOf: (n: number) => number): Forecast[] =>
    Array.from({ length: count }, (_, n) => ({ day: day(n), chance: chanceOf(n), won: n % 4 !== 0 }));

  test('the better ones gain, with an interval that many games make narrow', () => {
    const gain = (count: number) =>
      gainOf(
        even(
          count,
          (n) => n,
          () => 0.75,
        ),
        even(
          count,
          (n) => n,
          () => 0.5,
        ),
      );
    const [few, many] = [gain(40), gain(4_000)];

    expect(many.mean).toBeCloseTo(Math.LN2 + 0.75 * Math.log(0.75) + 0.25 * Math.log(0.25), 12);
    expect(many.low).toBeGreaterThan(0);
    expect(few.high - few.low).toBeGreaterThan(9 * (many.high - many.low));
  });

  test('games of one day are one observation', () => {
    const days = (each: number) =>
      gainOf(
        even(
          400,
          (n) => Math.floor(n / each),
          (n) => (n % 8 < 4 ? 0.8 : 0.6),
        ),
        even(
          400,
          (n) => Math.floor(n / each),
          () => 0.5,
        ),
      );
    const alone = gainOf(
      even(
        4,
        () => 0,
        () => 0.8,
      ),
      even(
        4,
        () => 0,
        () => 0.5,
      ),
    );

    expect(days(1).high - days(1).low).toBeGreaterThan(0);
    expect(days(4).mean).toBeCloseTo(days(1).mean, 12);
    expect(alone.high).toBe(Number.POSITIVE_INFINITY);
  });
});
