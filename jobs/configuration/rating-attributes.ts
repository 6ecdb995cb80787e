import { z } from 'zod';
import { byName } from '../by-name.ts';
import { wellFormed } from '../ids.ts';
import { type Distribution, percentileOf } from '../ladder/percentile.ts';
import { cautiousRating, newcomer, type Rating, visibleRating } from '../ladder/rating.ts';
import type { Problem } from '../problem-list.ts';
import type { RuleSet } from '../rule-set/rule-set.ts';
import { type AttributeValue, type TicketPlayer, ticketLimits } from '../ticket/ticket.ts';

const numberOf = {
  rating: visibleRating,
  cautious: cautiousRating,
  mu: ({ mu }: Rating) => mu,
  percentile: ({ mu }: Rating, distribution: Distribution) => percentileOf(mu, distribution),
} as const;

/**
 * Attributes that players get from their ratings on the configuration's ladder, by name:
 *
 * - `rating` the integer players see; 1500 for a newcomer
 * - `cautious` the same for the skill they have almost certainly, mu − 3σ; 763 for a newcomer, rising as they
 *   play
 * - `mu` the model's mean, unrounded; 25 for a newcomer
 * - `percentile` the rank of that among the ladder's active players, 0 to 100, as of the last minutes; 50
 *   before it is first measured
 *
 * Ratings are as the player's last rated match left them, when the ticket starts. What a client says of such
 * an attribute is not refused; it does not count.
 */
export const ratingAttributes = byName(
  wellFormed(ticketLimits.nameLength),
  z.enum(Object.keys(numberOf) as Which[], 'must be rating, cautious, mu or percentile'),
).refine((map) => Object.keys(map).length <= 10, 'at most 10 attributes');
export type RatingAttributes = z.output<typeof ratingAttributes>;
type Which = keyof typeof numberOf;

/** A number of a rating; without one, a newcomer's. */
export const ratingNumber = (
  which: Which,
  rating: Rating = newcomer,
  distribution: Distribution = [],
): number => numberOf[which](rating, distribution);

/** Whether anything is taken that needs the ladder's distribution. */
export const takesPercentile = (taken: RatingAttributes): boolean =>
  Object.values(taken).includes('percentile');

/** The players without what is taken from their ratings: a client's word for it. */
export function withoutRatings(
  players: readonly TicketPlayer[],
  taken: RatingAttributes,
): readonly TicketPlayer[] {
  if (Object.keys(taken).length === 0) return players;
  return players.map((player) => ({
    ...player,
    attributes: Object.fromEntries(
      Object.entries(player.attributes).filter(([attribute]) => !Object.hasOwn(taken, attribute)),
    ),
  }));
}

/** The players with these numbers of their ratings as attributes, whatever they had. */
export function withRatings(
  players: readonly TicketPlayer[],
  taken: RatingAttributes,
  numberOfPlayer: (playerId: string, which: Which) => number,
): TicketPlayer[] {
  return players.map((player) => {
    const given = Object.entries(taken).map(([attribute, which]): [string, AttributeValue] => [
      attribute,
      { N: numberOfPlayer(player.playerId, which) },
    ]);
    return { ...player, attributes: { ...player.attributes, ...Object.fromEntries(given) } };
  });
}

/**
 * Attributes that cannot be taken from ratings under a rule set, since it does not declare them as numbers.
 */
export function checkRatingAttributes(
  taken: RatingAttributes,
  { attributes }: Pick<RuleSet, 'attributes'>,
): Problem[] {
  return Object.keys(taken)
    .filter((wanted) => !attributes.some(({ name, type }) => name === wanted && type === 'number'))
    .map((wanted) => ({
      path: `ratingAttributes.${wanted}`,
      message: 'is no number attribute of the rule set',
    }));
}
