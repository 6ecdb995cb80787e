import { scoresOf } from './forecast-scores.ts';
import { defaultSettings, type LadderSettings, ladderSettings } from './ladder.ts';
import { forecast, type Game, openLadder } from './replay.ts';

/** Fewer games than this say too little to choose settings by. */
export const leastGames = 500;

/** Of more games only the latest count: a fit replays them some 300 times. */
const mostGames = 100_000;

/** First step of each setting, halved each round; settings that are not listed stay as they are. */
const steps = {
  sideAdvantage: 32,
  newcomerUncertainty: 64,
  matchUncertainty: 8,
  learningUncertainty: 32,
  dailyUncertainty: 2,
  seasonKeeps: 0.16,
  seasonUncertainty: 32,
  /** A share of the margin that is typical of the games. */
  typicalMargin: 0.4,
  confidence: 0.16,
} as const satisfies Partial<Record<keyof LadderSettings, number>>;
type Tuned = keyof typeof steps;

/** What a setting counts as while it is absent. */
const unset = { newcomerUncertainty: 246 } as const;

const rounds = 6;
/** Rounds that each way to count margins gets before the best of them goes on alone. */
const trial = 2;
/** Steps one way that a setting may take in a round: chance in a few seasons should not carry it off. */
const stride = 3;

export interface FitOptions {
  /** Whether the first side plays at home. */
  readonly side: boolean;
  /** Whether scores are known. */
  readonly margin: boolean;
  /** Told after each setting that was tried: what is done of all there is to do, from 0 to 1. */
  readonly progress?: ((done: number) => void) | undefined;
}

/**
 * Settings by the least log-loss on games known so far, which are in order of date: coordinate descent over
 * the second half of them, the first half having brought the ratings there. The defaults where there are
 * fewer than `leastGames`.
 */
export function fitLadder(known: readonly Game[], { side, margin, progress }: FitOptions): LadderSettings {
  if (known.length < leastGames) return defaultSettings;
  const games = known.slice(-mostGames);
  const half = games[Math.floor(games.length / 2)]?.day ?? 0;
  const seasons = new Set(games.map((game) => game.season)).size > 1;
  const typical = typicalMargin(games);
  const tuned = (Object.keys(steps) as Tuned[]).filter(
    (name) => (side || name !== 'sideAdvantage') && (seasons || !name.startsWith('season')),
  );
  const starts: LadderSettings[] = [defaultSettings];
  if (margin)
    starts.push(
      { ...defaultSettings, typicalMargin: typical },
      { ...defaultSettings, typicalMargin: typical, narrowWinsCost: true },
    );
  const turns = (starts.length * trial + rounds - trial) * tuned.length;
  let turn = 0;

  const lossOf = (settings: LadderSettings) =>
    scoresOf(forecast(games, openLadder(settings), (it) => it.day >= half)).logLoss;
  /** One round of steps along each setting. */
  const descend = (from: Found, round: number): Found => {
    let found = from;
    for (const name of tuned) {
      progress?.(turn++ / turns);
      // Without margins there is none to choose.
      if (name === 'typicalMargin' && found.settings.typicalMargin === undefined) continue;
      const step = steps[name] * (name === 'typicalMargin' ? typical : 1) * 0.5 ** round;
      for (const sign of [1, -1]) found = alongOf(found, name, sign * step);
    }
    return found;
  };
  const alongOf = (from: Found, name: Tuned, step: number): Found => {
    let found = from;
    for (let taken = 0; taken < stride; taken++) {
      const value = rounded(settingOf(found.settings, name) + step);
      const moved = ladderSettings.safeParse({ ...found.settings, [name]: value });
      const loss = moved.success ? lossOf(moved.data) : Number.POSITIVE_INFINITY;
      if (!moved.success || loss >= found.loss) break;
      found = { settings: moved.data, loss };
    }
    return found;
  };
  const descendAll = (from: Found, first: number, last: number): Found => {
    let found = from;
    for (let round = first; round < last; round++) found = onward(found, descend(found, round));
    return found;
  };
  /**
   * As far again the way that a round went: settings that only pay together move together (Hooke and Jeeves,
   * JACM 8, 1961).
   */
  const onward = (from: Found, to: Found): Found => {
    const next = tuned.flatMap((name) => {
      const [before, after] = [settingOf(from.settings, name), settingOf(to.settings, name)];
      return before === after ? [] : [[name, rounded(2 * after - before)] as const];
    });
    const moved = ladderSettings.safeParse({ ...to.settings, ...Object.fromEntries(next) });
    if (next.length === 0 || !moved.success) return to;
    const loss = lossOf(moved.data);
    return loss < to.loss ? { settings: moved.data, loss } : to;
  };

  const tried = starts.map((settings) => descendAll({ settings, loss: lossOf(settings) }, 0, trial));
  const best = tried.reduce((one, other) => (other.loss < one.loss ? other : one));
  const { settings } = descendAll(best, trial, rounds);
  progress?.(1);
  return settings;
}

const settingOf = (settings: LadderSettings, name: Tuned): number =>
  settings[name] ?? unset[name as keyof typeof unset] ?? 0;

/** Without the noise of floating point: people read settings. */
const rounded = (value: number) => Number(value.toPrecision(6));

interface Found {
  readonly settings: LadderSettings;
  readonly loss: number;
}

/** The median difference in score of games that were not drawn. */
function typicalMargin(games: readonly Game[]): number {
  const margins = games
    .map(({ scores: [one, other] }) => Math.abs(one - other))
    .filter((it) => it > 0)
    .sort((a, b) => a - b);
  return margins[Math.floor(margins.length / 2)] ?? 1;
}
