import { recentOpponentsOf } from '../../ticket/recent-opponents.ts';
import type { Scene } from './scene.ts';
import type { Slot } from './tickets.ts';

/** Tells of tickets whether a player of theirs and one of the anchor's have met in their last matches. */
export function metBy({ tickets }: Pick<Scene, 'tickets'>, anchor: Slot): (other: Slot) => boolean {
  const own = tickets.playersOf(anchor);
  const ids = new Set(own.map((player) => player.playerId));
  const recent = new Set(own.flatMap(recentOpponentsOf));
  // The lists have an end: of two who met, one may have met more since.
  return (other) =>
    tickets
      .playersOf(other)
      .some((player) => recent.has(player.playerId) || recentOpponentsOf(player).some((id) => ids.has(id)));
}
