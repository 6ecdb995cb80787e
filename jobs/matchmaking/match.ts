import { z } from 'zod';
import { ticketPlayer } from './ticket.ts';

/**
 * A match from commit on: which tickets, who plays on which team, and everything needed to form it again
 * (rule set version, `now`, `seed`), so that each can be re-checked.
 */
export const committedMatch = z.strictObject({
  matchId: z.string().min(1).max(128),
  configuration: z.string(),
  /** Whose ratings its result changes. */
  ladder: z.string(),
  ruleSet: z.strictObject({ name: z.string(), version: z.int() }),
  /** The cycle's Redis time in ms: expansions were judged as of it. */
  now: z.number(),
  seed: z.number(),
  location: z.string().optional(),
  tickets: z
    .array(
      z.strictObject({
        ticketId: z.string(),
        startTime: z.number(),
        players: z.array(ticketPlayer).min(1),
      }),
    )
    .min(1),
  teams: z.array(z.strictObject({ name: z.string(), playerIds: z.array(z.string()) })).min(1),
});
export type CommittedMatch = z.output<typeof committedMatch>;
