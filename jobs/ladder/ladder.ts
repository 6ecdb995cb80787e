import { z } from 'zod';

/** The ladder whose ratings players see as `current_rating`. */
export const defaultLadder = 'default';

const points = z.number().min(0).max(1_000);

/**
 * How one ladder rates. All sizes are points of the visible scale, on which a newcomer stands at 1500 with an
 * uncertainty of 246, and 400 points between well-known players mean odds of ten to one.
 */
export const ladderSettings = z.strictObject({
  /**
   * What playing on the first-listed side is worth: home ground, the better side of a map, the first move.
   * Default 0. Ratings are freed of it, so a player who always has the better side is not rated for that.
   */
  sideAdvantage: z.number().min(-1_000).max(1_000).default(0),
  /**
   * How uncertain a newcomer's rating is, and the most that any becomes. Absent (default): 246, the model's
   * own. Less where newcomers are much alike: their first matches move them less.
   */
  newcomerUncertainty: z.number().min(10).max(1_000).optional(),
  /**
   * Uncertainty added by each match: skill drifts while playing. 0 lets ratings freeze. Default 2.5,
   * openskill's tau.
   */
  matchUncertainty: points.default(2.5),
  /**
   * Uncertainty that a player's first match adds to that; the nth adds it divided by √n. More where players
   * learn quickly at first: newcomers stay quick for longer, veterans do not change. Default 0.
   */
  learningUncertainty: points.default(0),
  /** Uncertainty added by a day without a match, growing with its square root. Default 3: 57 after a year. */
  dailyUncertainty: points.default(3),
  /** Share of the distance to a newcomer's 1500 that a soft reset keeps. Default 0.75. */
  seasonKeeps: z.number().min(0).max(1).default(0.75),
  /** Uncertainty added by a soft reset, so that the new season's first matches count for more. Default 60. */
  seasonUncertainty: points.default(60),
  /**
   * The usual difference in score. Where results are scores, a rout counts more, a narrow win less; between
   * two sides a win by it says that the winner is 174 points better. Absent (default): only the order counts.
   */
  typicalMargin: z.number().gt(0).optional(),
  /**
   * Whether a favourite of two sides who wins by less than expected loses rating. It predicts better, and
   * players may resent it. Counts only with `typicalMargin`. Default false: a winner never loses rating.
   */
  narrowWinsCost: z.boolean().default(false),
  /**
   * How far predicted chances are trusted: 1 takes the model at its word, less draws them towards even.
   * Default 1.
   */
  confidence: z.number().min(0.1).max(2).default(1),
});
export type LadderSettings = z.output<typeof ladderSettings>;

/** What a ladder is that nobody has set. */
export const defaultSettings: LadderSettings = ladderSettings.parse({});
