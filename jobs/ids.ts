import { z } from 'zod';

/** The longest that ids may be, in characters. Those of players and tickets are FlexMatch's limits. */
export const idLength = { player: 1_024, ticket: 128, match: 128, session: 128, resource: 128 } as const;

/**
 * Text that survives every store: a lone surrogate is no Unicode, and Redis' JSON reader throws on it; a NUL
 * ends a field name in BSON. Either would take a whole batch down with it.
 */
export const wellFormed = (most: number) =>
  z
    .string()
    .min(1)
    .max(most, `at most ${most} characters`)
    .refine((it) => it.isWellFormed() && !it.includes('\0'), 'must be well-formed Unicode without NUL');

const plain = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[a-zA-Z0-9.-]+$/, `only letters, digits, "-" and "." (at most ${most})`);

/** A Cognito `sub`, or whatever id an upstream service knows its players by. */
export const playerId = wellFormed(idLength.player);

/** What the caller of StartMatchmaking or StartMatchBackfill names its ticket. */
export const ticketId = plain(idLength.ticket);

/** Made by the fleet: whoever sends one got it from an event or a ticket. */
export const matchId = z.string().min(1).max(idLength.match);

export const sessionId = plain(idLength.session);

/** The name of a rule set or configuration, as the GameLift API allows it. */
export const resourceName = plain(idLength.resource);

export const ladderName = z
  .string()
  .regex(/^[a-zA-Z0-9-]{1,64}$/, 'only letters, digits and "-" (at most 64)');
