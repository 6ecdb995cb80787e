import type { Slot } from './tickets.ts';

/**
 * Who plays with whom, and on which team; -1 for a backfill ticket, whose players bring their teams. The
 * anchor first.
 */
export interface Seated {
  readonly members: Slot[];
  readonly places: readonly number[];
}

/** A match that every rule allows. */
export interface Found extends Seated {
  readonly players: number;
  readonly full: boolean;
}
