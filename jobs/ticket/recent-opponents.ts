import { named } from '../by-name.ts';
import type { TicketPlayer } from './ticket.ts';

/**
 * The attribute by which a ticket says whom each player has played against last: a string list of player ids,
 * the last first. The fleet gives it where a configuration has `avoidRecentOpponents`; a rule may read it,
 * where its rule set declares it.
 */
export const recentOpponents = 'recentOpponents';

export function recentOpponentsOf({ attributes }: TicketPlayer): readonly string[] {
  const value = named(attributes, recentOpponents);
  return value && 'SL' in value ? value.SL : [];
}

/** The player without it. */
export function withoutRecentOpponents(player: TicketPlayer): TicketPlayer {
  if (!Object.hasOwn(player.attributes, recentOpponents)) return player;
  const { [recentOpponents]: _, ...attributes } = player.attributes;
  return { ...player, attributes };
}
