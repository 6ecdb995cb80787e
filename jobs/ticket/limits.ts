import { z } from 'zod';

const from = (flexMatch: number, most: number) => z.int().min(flexMatch).max(most).default(flexMatch);

/** The most any configuration allows: a job is held to it where the configuration is not known yet. */
export const mostPlayersPerTicket = 200;

/**
 * What a ticket may hold. The defaults are the limits of the GameLift API (`gamelift/2015-10-01`), which a
 * configuration may raise up to the second number; whatever it says, a ticket's players stay within
 * `ticketBytes`.
 */
export const limits = z.strictObject({
  playersPerTicket: from(10, mostPlayersPerTicket),
  attributesPerPlayer: from(10, 100),
  /** Characters of a string, of each in a list, and of a map's keys. */
  stringLength: from(100, 1_000),
  stringsPerList: from(100, 1_000),
  pairsPerMap: from(10, 1_000),
});
export type Limits = z.output<typeof limits>;

export const flexMatchLimits: Limits = limits.parse({});
