import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { playerId } from './session.ts';

/**
 * Says that a player left a match that goes on: their session is open again and the match is no longer live for them. The
 * match's result still rates them, for the share of it they played (`played` of the result). Doing it again changes
 * nothing.
 */
export const playerLeft = defineJob({
  kind: 'player-left',
  queue: 'session-creation',
  askedBy: 'players',
  item: z.strictObject({ matchId: z.string().min(1).max(128), playerId }),
});
export type PlayerLeft = z.output<typeof playerLeft.item>;
