import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LadderSettings, ladderSettings } from '../../jobs/ladder/ladder.ts';
import type { PlayedMatch } from '../../jobs/ladder/rate-one.ts';
import {
  ladderTime,
  newcomer,
  type Rating,
  rateMatch,
  ratingAt,
  winChances,
} from '../../jobs/ladder/rating.ts';
import { rateInOrder } from '../support/rate-in-order.ts';

const day = 24 * 3600 * 1000;
const settings = (more: Partial<LadderSettings> = {}) =>
  ladderSettings.parse({ matchUncertainty: 0, ...more });
const known: Rating = { mu: 35, sigma: 2, version: 40, games: 40, at: 10 * day, season: 1 };
const solo = (playerId: string, rating: Rating, weight?: number) => [{ playerId, rating, weight }];
const now = { at: known.at, season: 1 };

describe('a rating at a later moment', () => {
  test('is the same at once, less certain after a pause, and never less than a newcomer', () => {
    const later = (days: number) => ratingAt(known, { at: known.at + days * day, season: 1 }, settings());

    expect(later(0)).toEqual(known);
    expect(later(30).mu).toBe(known.mu);
    expect(later(30).sigma).toBeGreaterThan(known.sigma);
    expect(later(300).sigma).toBeGreaterThan(later(30).sigma);
    expect(later(1e7).sigma).toBe(newcomer.sigma);
  });

  test('is drawn towards 1500 by a new season, once however often it is asked', () => {
    const ladder = settings({ seasonKeeps: 0.5, seasonUncertainty: 60 });
    const once = ratingAt(known, { at: known.at, season: 2 }, ladder);

    expect(once).toMatchObject({ mu: 30, season: 2, version: known.version });
    expect(once.sigma).toBeGreaterThan(known.sigma);
    expect(ratingAt(once, { at: known.at, season: 2 }, ladder)).toEqual(once);
  });

  test('two seasons at once are two seasons one after the other (property)', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(300),
        (seasonKeeps, seasonUncertainty) => {
          const ladder = settings({ seasonKeeps, seasonUncertainty });
          const step = ratingAt(known, { at: known.at, season: 2 }, ladder);
          const two = ratingAt(step, { at: known.at, season: 3 }, ladder);
          const both = ratingAt(known, { at: known.at, season: 3 }, ladder);
          expect(both.mu).toBeCloseTo(two.mu, 9);
          expect(both.sigma).toBeCloseTo(two.sigma, 9);
        },
      ),
    );
  });

  test('a newcomer stays one, whatever time and seasons pass', () => {
    expect(ratingAt(newcomer, { at: 1e12, season: 7 }, settings())).toMatchObject({
      mu: newcomer.mu,
      sigma: newcomer.sigma,
    });
  });
});

describe('partial play', () => {
  const change = (weight?: number) => {
    const after = rateMatch(
      [solo('a', newcomer, weight), solo('b', newcomer)],
      { rank: [1, 2] },
      now,
      settings(),
    );
    return after.get('a')!;
  };

  test('a whole match is the default, and a share of it moves less and teaches less', () => {
    expect(change(1)).toEqual(change());
    const team = (weight?: number) => [
      ...solo('a', newcomer, weight),
      ...solo('c', newcomer),
      ...solo('d', newcomer),
    ];
    const moved = (weight?: number) =>
      rateMatch([team(weight), team()], { rank: [2, 1] }, now, settings()).get('a')!;
    expect(Math.abs(moved(0.1).mu - newcomer.mu)).toBeLessThan(Math.abs(moved().mu - newcomer.mu));
    expect(moved(0.1).sigma).toBeGreaterThan(moved().sigma);
  });

  test('a team that lacks a player for half of the match is expected to win less often', () => {
    const chance = (weight: number) =>
      winChances(
        [
          [...solo('a', newcomer, weight), ...solo('b', newcomer)],
          [...solo('c', newcomer), ...solo('d', newcomer)],
        ],
        now,
        settings(),
      )[0]!;

    expect(chance(1)).toBeCloseTo(0.5, 12);
    expect(chance(0.5)).toBeLessThan(0.4);
  });
});

describe('the side advantage', () => {
  const ladder = settings({ sideAdvantage: 100 });

  test('raises the chance of the first-listed side and lowers what it gains by winning', () => {
    const teams = [solo('home', known), solo('away', known)];

    expect(winChances(teams, now, ladder)[0]).toBeGreaterThan(0.55);
    const gain = (it: LadderSettings) =>
      rateMatch(teams, { rank: [1, 2] }, now, it).get('home')!.mu - known.mu;
    expect(gain(ladder)).toBeLessThan(gain(settings()));
    expect(gain(ladder)).toBeGreaterThan(0);
  });

  test('100 points are worth 100 points of rating', () => {
    const stronger = { ...known, mu: known.mu + 100 / (400 / (Math.LN10 * Math.SQRT2 * (25 / 6))) };

    expect(winChances([solo('a', known), solo('b', stronger)], now, ladder)[0]).toBeCloseTo(0.5, 10);
  });
});

describe('scores', () => {
  const teams = [solo('a', newcomer), solo('b', newcomer)];
  const gain = (score: [number, number], typicalMargin?: number) =>
    rateMatch(teams, { score }, now, settings(typicalMargin ? { typicalMargin } : {})).get('a')!.mu -
    newcomer.mu;

  test('only the order counts unless the ladder knows a typical margin', () => {
    expect(gain([30, 0])).toBe(gain([1, 0]));
  });

  test('with one, a rout counts more than a win by it, and a narrow win less but never against the winner', () => {
    expect(gain([30, 0], 10)).toBeGreaterThan(gain([10, 0], 10));
    expect(gain([1, 0], 10)).toBeLessThan(gain([10, 0], 10));
    expect(gain([1, 0], 10)).toBeGreaterThan(0);
    expect(gain([5, 5], 10)).toBeCloseTo(0, 12);
  });

  test('a favourite who barely wins keeps their rating, and loses some only where the ladder says so', () => {
    const favourite = (narrowWinsCost: boolean) =>
      rateMatch(
        [solo('a', { ...newcomer, mu: 40 }), solo('b', newcomer)],
        { score: [1, 0] },
        now,
        settings({ typicalMargin: 10, narrowWinsCost }),
      ).get('a')!.mu;

    expect(favourite(false)).toBe(40);
    expect(favourite(true)).toBeLessThan(40);
  });

  test('among three teams a win by the typical margin counts once, a rout more', () => {
    const three = [...teams, solo('c', newcomer)];
    const first = (score: number[], more: Partial<LadderSettings>) =>
      rateMatch(three, { score }, now, settings(more)).get('a')!.mu;

    expect(first([20, 10, 10], { typicalMargin: 10 })).toBeCloseTo(first([20, 10, 10], {}), 12);
    expect(first([90, 10, 10], { typicalMargin: 10 })).toBeGreaterThan(first([20, 10, 10], {}));
  });
});

describe('chances to win', () => {
  test('three teams: they sum to 1 and follow strength', () => {
    const chances = winChances(
      [solo('a', known), solo('b', newcomer), solo('c', { ...known, mu: 30 })],
      now,
      settings(),
    );

    expect(chances.reduce((sum, it) => sum + it)).toBeCloseTo(1, 12);
    expect(chances[0]).toBeGreaterThan(chances[2]!);
    expect(chances[2]).toBeGreaterThan(chances[1]!);
  });

  test('confidence draws them towards even', () => {
    const of = (confidence: number) =>
      winChances([solo('a', known), solo('b', newcomer)], now, settings({ confidence }))[0]!;

    expect(of(0.5)).toBeLessThan(of(1));
    expect(of(0.5)).toBeGreaterThan(0.5);
  });
});

describe('the order of matches', () => {
  const match = (matchId: string, committedAt: number, ...playerIds: string[]): PlayedMatch => ({
    matchId,
    committedAt,
    teams: playerIds.map((playerId) => ({ name: playerId, playerIds: [playerId] })),
    result: { teams: playerIds.map((name, index) => ({ name, rank: index + 1 })) },
  });
  const nobody = () => undefined;
  const season = { season: 0, settings: settings() };

  test("a player's matches are strictly ordered in ladder time, also where a result comes late", () => {
    const first = rateInOrder([match('newer', 100, 'a', 'b')], nobody, season);
    const ratings = new Map(
      first.flatMap((it) => it.changes.map(({ playerId, after }) => [playerId, after] as const)),
    );
    const [late] = rateInOrder([match('older', 50, 'a', 'c')], (id) => ratings.get(id), season);

    expect(first[0]?.moment.at).toBe(100);
    expect(late?.moment.at).toBe(101);
    expect(late?.changes.map(({ after }) => after.at)).toEqual([101, 101]);
  });

  test('each match starts from what the one before left', () => {
    const [one, two] = rateInOrder([match('m1', 1, 'a', 'b'), match('m2', 2, 'a', 'c')], nobody, season);

    expect(two?.changes[0]?.before).toEqual(one?.changes[0]?.after);
    expect(ladderTime(7, [])).toBe(7);
  });
});

describe('how fast newcomers and veterans move', () => {
  const moved = (games: number, more: Partial<LadderSettings>) => {
    const rating = { ...newcomer, sigma: 2, games, version: games, at: 1 };
    const after = rateMatch([solo('a', rating), solo('b', known)], { rank: [1, 2] }, now, settings(more));
    return after.get('a')!.mu - newcomer.mu;
  };

  test('learning moves the first matches more and hardly the thousandth; drift moves all alike', () => {
    const learning = { learningUncertainty: 60 };
    expect(moved(0, learning)).toBeGreaterThan(1.3 * moved(0, {}));
    expect(moved(1_000, learning)).toBeLessThan(1.01 * moved(1_000, {}));
    expect(moved(1_000, { matchUncertainty: 60 })).toBeCloseTo(moved(0, { matchUncertainty: 60 }), 10);
  });
});

describe('the uncertainty of newcomers', () => {
  const duel = (uncertainty?: number) => {
    const ladder = settings(uncertainty === undefined ? {} : { newcomerUncertainty: uncertainty });
    const teams = ['a', 'b'].map((playerId) => [{ playerId, rating: newcomer }]);
    return rateMatch(teams, { rank: [1, 2] }, { at: 1, season: 0 }, ladder).get('a') ?? newcomer;
  };

  test("is the model's own unless the ladder says otherwise; the less, the less a first match moves them", () => {
    const [sure, usual] = [duel(100), duel()];

    expect(sure.mu).toBeLessThan(usual.mu);
    expect(sure.mu).toBeGreaterThan(newcomer.mu);
    expect(sure.sigma).toBeLessThan(100 / 29);
    expect(duel(246).mu).toBeCloseTo(usual.mu, 1);
  });

  test('is the most that idling makes of a rating', () => {
    const ladder = settings({ newcomerUncertainty: 100 });
    const played = { ...newcomer, sigma: 1, version: 3, games: 3, at: 1 };

    expect(ratingAt(played, { at: 1e13, season: 0 }, ladder).sigma).toBeCloseTo(100 / 29.5, 1);
  });
});
