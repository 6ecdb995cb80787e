import { z } from 'zod';
import type { Problem } from '../problem-list.ts';
import type { RuleSet } from '../rule-set/rule-set.ts';
import type { RatingAttributes } from './rating-attributes.ts';

/** A target nobody reaches would hold every match for as long as it may. */
const narrowest = 0.01;

/**
 * How even a match has to be.
 *
 * - `winChance` the chance that each side may have against any other side of the match, e.g. `[0.45, 0.55]`:
 *   the two ends
 *   mirror each other
 * - `easesAfterSeconds` ages of the oldest ticket of a match, rising, e.g. `[15, 30]`: at each but the last
 *   the band grows by
 *   its own width, from the last on every match will do
 *
 * A match that its rules allow and that is outside the band is not made: its tickets go on searching. So
 * nobody waits longer for the target than the last of the ages, and on a quiet pool everybody may wait that
 * long. Matches that a backfill ticket is in are exempt: they are being played already.
 */
export const quality = z.strictObject({
  winChance: z
    .tuple([z.number(), z.number()])
    .refine(
      ([low, high]) => low > 0 && low <= 0.5 - narrowest && Math.abs(low + high - 1) < 1e-9,
      'must be two chances that mirror each other, the lower first and at most 0.49, e.g. [0.45, 0.55]',
    ),
  easesAfterSeconds: z
    .array(z.int().min(1).max(43_199))
    .min(1, 'needs at least one age, or a match outside the band would wait until its tickets time out')
    .max(20)
    .refine(
      (ages) => ages.every((age, index) => index === 0 || age > (ages[index - 1] ?? 0)),
      'must rise: they are ages of the oldest ticket, not waits after each other',
    ),
});
type Quality = z.output<typeof quality>;

/** Where a match's chances come from. */
export type ChanceBy =
  /** Elo, scale 400, of the means of a number attribute. */
  | { readonly of: 'elo'; readonly attribute: string }
  /** The ladder's own model, of the attributes that hold what it thinks of each player. */
  | {
      readonly of: 'ladder';
      readonly mean: { readonly attribute: string; readonly as: 'rating' | 'mu' };
      /** Attribute that tells how sure it is of them; without one it is taken to know them well. */
      readonly cautious?: string;
    };

/** A quality target as an engine takes it. */
export interface QualityTarget {
  /** How far from even a side's chance against another may be, at most, before it eases. */
  readonly within: number;
  /** ms of age of the oldest ticket. */
  readonly easesAt: readonly number[];
  readonly by: ChanceBy;
}

interface Rated {
  readonly quality?: Quality | undefined;
  readonly ratingAttributes: RatingAttributes;
}

/**
 * The target of a configuration under its rule set; undefined where it has none, or nothing says how good
 * players are.
 */
export function qualityTarget(
  { quality: wanted, ratingAttributes }: Rated,
  ruleSet: Pick<RuleSet, 'algorithm'>,
): QualityTarget | undefined {
  const by = chanceBy(ratingAttributes, ruleSet);
  if (wanted === undefined || by === undefined) return undefined;
  return {
    within: 0.5 - wanted.winChance[0],
    easesAt: wanted.easesAfterSeconds.map((seconds) => seconds * 1_000),
    by,
  };
}

/** What keeps a target from being held to under a rule set. */
export function checkQuality(
  { quality: wanted, ratingAttributes }: Rated,
  ruleSet: Pick<RuleSet, 'algorithm'>,
): Problem[] {
  if (wanted === undefined || chanceBy(ratingAttributes, ruleSet) !== undefined) return [];
  const message =
    'nothing says how good players are: give ratingAttributes one that is "rating" or "mu", or the rule set an algorithm.balancedAttribute';
  return [{ path: 'quality', message }];
}

function chanceBy(
  ratingAttributes: RatingAttributes,
  { algorithm: { balancedAttribute } }: Pick<RuleSet, 'algorithm'>,
): ChanceBy | undefined {
  const named = (as: string) => Object.entries(ratingAttributes).find(([, which]) => which === as)?.[0];
  const [mu, rating, cautious] = [named('mu'), named('rating'), named('cautious')];
  const mean = mu === undefined ? rating : mu;
  if (mean !== undefined)
    return {
      of: 'ladder',
      mean: { attribute: mean, as: mu === undefined ? 'rating' : 'mu' },
      ...(cautious !== undefined && { cautious }),
    };
  return balancedAttribute === undefined ? undefined : { of: 'elo', attribute: balancedAttribute };
}
