import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { matchId, playerId } from '../ids.ts';

/** What a caller says. `matchId`: of the match, or of one that it went on from. */
export const playerLeftRequest = z.strictObject({ matchId, playerId });
export type PlayerLeftRequest = z.output<typeof playerLeftRequest>;

/**
 * Says that a player left a match that goes on: it is no longer live for them. The match's result still rates them, for the
 * share of it they played (`played` of the result). Doing it again changes nothing.
 */
export const playerLeft = defineJob({
  kind: 'player-left',
  queue: 'session-creation',
  item: playerLeftRequest.extend({
    /** They are out of the live match already, and the record has yet to follow. */
    isOut: z.boolean().optional(),
  }),
});
export type PlayerLeft = z.output<typeof playerLeft.item>;
