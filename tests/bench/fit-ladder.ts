import { defaultSettings, type LadderSettings, ladderSettings } from '../../jobs/rating-update/ladder.ts';
import type { Game } from './games.ts';
import { forecast, openLadder, scoresOf } from './replay.ts';

/** Fewer games than this say too little to choose settings by. */
const leastGames = 500;

/** First step of each setting, halved each round; settings not listed stay as they are. */
const steps = {
  sideAdvantage: 32,
  newcomerUncertainty: 64,
  matchUncertainty: 8,
  dailyUncertainty: 2,
  seasonKeeps: 0.16,
  seasonUncertainty: 32,
  typicalMargin: 4,
  confidence: 0.16,
} as const satisfies Partial<Record<keyof LadderSettings, number>>;
type Tuned = keyof typeof steps;

/** What a setting counts as while it is absent. */
const unset = { newcomerUncertainty: 246 } as const;

const rounds = 6;
/** Steps one way a setting may take in a round: what a few seasons favour by chance should not carry it off. */
const stride = 3;

/**
 * Settings by the least log-loss on games known so far: coordinate descent over the second half of them, the first half
 * having brought the ratings there. The defaults where there are too few.
 */
export function fitLadder(
  games: readonly Game[],
  { side, margin }: { readonly side: boolean; readonly margin: boolean },
): LadderSettings {
  const half = games[Math.floor(games.length / 2)]?.day ?? 0;
  const seasons = new Set(games.map((game) => game.season)).size > 1;
  const start = margin && games.length > 0 ? { typicalMargin: typicalMargin(games) } : {};
  let best: LadderSettings = { ...defaultSettings, ...start };
  if (games.length < leastGames) return best;

  const lossOf = (settings: LadderSettings) =>
    scoresOf(forecast(games, openLadder(settings), (it) => it.day >= half)).logLoss;
  const tuned = (Object.keys(steps) as Tuned[]).filter(
    (name) =>
      (side || name !== 'sideAdvantage') &&
      (margin || name !== 'typicalMargin') &&
      (seasons || !name.startsWith('season')),
  );
  let least = lossOf(best);
  for (let round = 0; round < rounds; round++)
    for (const name of tuned)
      for (const sign of [1, -1])
        for (let taken = 0; taken < stride; taken++) {
          const value =
            (best[name] ?? unset[name as keyof typeof unset] ?? 0) + sign * steps[name] * 0.5 ** round;
          const moved = ladderSettings.safeParse({ ...best, [name]: value });
          const loss = moved.success ? lossOf(moved.data) : Number.POSITIVE_INFINITY;
          if (!moved.success || loss >= least) break;
          [best, least] = [moved.data, loss];
        }
  return best;
}

/** The median difference in score of games that were not drawn. */
function typicalMargin(games: readonly Game[]): number {
  const margins = games
    .map(({ scores: [one, other] }) => Math.abs(one - other))
    .filter((it) => it > 0)
    .sort((a, b) => a - b);
  return margins[Math.floor(margins.length / 2)] ?? 1;
}
