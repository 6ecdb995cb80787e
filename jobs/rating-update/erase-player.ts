import { z } from 'zod';
import { defineJob } from '../contract.ts';
import { ladderName, playerId } from '../ids.ts';

/** How the pseudonym of an erased player begins. What is so called is no player: no rating of it is kept in `players`. */
const prefix = 'erased:';
const pseudonym = z.string().regex(/^erased:[0-9a-f-]{36}$/, `must be ${prefix} and a UUID`);

export const isErased = (playerId: string): boolean => playerId.startsWith(prefix);
export const pseudonymOf = (uuid: string): string => `${prefix}${uuid}`;

/**
 * Erases a player, for operators: profile, ratings, sessions and tickets go; in matches and in the chains of ladders a random pseudonym
 * stands for them, so that others' histories still add up. The audit has the pseudonym, not the player. Refused while the player
 * has a ticket or a live match. Result: `{ pseudonym, matches, sessions }`, how many of each.
 */
export const erasePlayer = defineJob({
  kind: 'erase-player',
  queue: 'rating-update',
  item: z.strictObject({
    playerId,
    /** Used unless an earlier attempt has begun with another one. */
    pseudonym,
    reason: z.string().min(1).max(1_000),
  }),
  result: z.object({ pseudonym, matches: z.int(), sessions: z.int() }),
  limit: 1,
  attempts: 30,
  /** It reads all matches and tickets of the record. A task of ECS is given no longer to end. */
  timeoutMs: 100_000,
});

/** What one ladder's rater does of it. */
export const eraseFromLadder = z.strictObject({
  ladder: ladderName,
  playerId,
  pseudonym,
});
export type EraseFromLadder = z.output<typeof eraseFromLadder>;
