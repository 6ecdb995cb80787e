import { readLines } from '../../jobs/lines.ts';

/** The live match that a player is in by what the queue Redis knows of them; null where there is none. */
export const playingIn = (player: string | null | undefined): string | null =>
  readLines(player ?? '', 4)?.[1] || null;
