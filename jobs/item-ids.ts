import { configurationOf } from './configuration/pool-name.ts';

/** Ids of an item by the names that logs and traces give them. */
export type ItemIds = Readonly<
  Partial<Record<'ticket' | 'match' | 'session' | 'pool' | 'configuration', string>>
>;

/** Longest id taken from an item nobody has checked, in characters. */
const maxLength = 256;

/**
 * What an item is about, whatever kind of job it is of. Ids only: never a player's attributes, never a token.
 */
export function idsOf(item: unknown): ItemIds {
  if (typeof item !== 'object' || item === null) return {};
  const { ticketId, matchId, sessionId, pool, configuration } = item as Record<string, unknown>;
  return {
    ...(isId(ticketId) && { ticket: ticketId }),
    ...(isId(matchId) && { match: matchId }),
    ...(isId(sessionId) && { session: sessionId }),
    ...(isId(pool) && { pool, configuration: configurationOf(pool) }),
    ...(isId(configuration) && { configuration }),
  };
}

const isId = (value: unknown): value is string => typeof value === 'string' && value.length <= maxLength;
