import { z } from 'zod';
import { byName } from '../by-name.ts';
import { wellFormed } from '../ids.ts';
import { type Distribution, percentileOf } from '../ladder/percentile.ts';
import { cautiousRating, newcomer, type Rating, visibleRating } from '../ladder/rating.ts';
import type { Problem } from '../problem-list.ts';
import type { RuleSet } from '../rule-set/rule-set.ts';
import { recentOpponents, withoutRecentOpponents } from '../ticket/recent-opponents.ts';
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

/** What a configuration takes from the record of its tickets' players. */
export interface Taken {
  readonly ratingAttributes: RatingAttributes;
  /** How many opponents of each player; 0: none. */
  readonly avoidRecentOpponents: number;
}

/** Whether tickets have to wait until the record was asked. */
export const takesAny = ({ ratingAttributes: numbers, avoidRecentOpponents }: Taken): boolean =>
  avoidRecentOpponents > 0 || Object.keys(numbers).length > 0;

/** The players without what is taken from the record: a client's word for it. */
export function withoutTaken(players: readonly TicketPlayer[], taken: Taken): readonly TicketPlayer[] {
  if (!takesAny(taken)) return players;
  return players.map((given) => {
    const player = taken.avoidRecentOpponents > 0 ? withoutRecentOpponents(given) : given;
    const kept = Object.entries(player.attributes).filter(
      ([attribute]) => !Object.hasOwn(taken.ratingAttributes, attribute),
    );
    return { ...player, attributes: Object.fromEntries(kept) };
  });
}

/** The players with what is taken as attributes, whatever they had. */
export function withTaken(
  players: readonly TicketPlayer[],
  { ratingAttributes: numbers, avoidRecentOpponents }: Taken,
  numberOfPlayer: (playerId: string, which: Which) => number,
  opponentsOf: (playerId: string) => readonly string[],
): TicketPlayer[] {
  return players.map((player) => {
    const given = Object.entries(numbers).map(([attribute, which]): [string, AttributeValue] => [
      attribute,
      { N: numberOfPlayer(player.playerId, which) },
    ]);
    if (avoidRecentOpponents > 0) given.push([recentOpponents, { SL: [...opponentsOf(player.playerId)] }]);
    return { ...player, attributes: { ...player.attributes, ...Object.fromEntries(given) } };
  });
}

/**
 * What cannot be taken under a rule set: numbers of ratings that it does not declare as numbers, and
 * opponents where it declares their attribute as anything but a string list.
 */
export function checkTaken(
  { ratingAttributes: numbers, avoidRecentOpponents }: Taken,
  { attributes }: Pick<RuleSet, 'attributes'>,
): Problem[] {
  const problems = Object.keys(numbers)
    .filter((wanted) => !attributes.some(({ name, type }) => name === wanted && type === 'number'))
    .map((wanted) => ({
      path: `ratingAttributes.${wanted}`,
      message: 'is no number attribute of the rule set',
    }));
  const declared = attributes.find(({ name }) => name === recentOpponents);
  if (avoidRecentOpponents > 0 && declared && declared.type !== 'string_list')
    problems.push({
      path: 'avoidRecentOpponents',
      message: `gives players the attribute ${recentOpponents}, which the rule set declares as ${declared.type}; it must be a string_list`,
    });
  return problems;
}
