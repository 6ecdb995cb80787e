import { readLines } from '../lines.ts';
import type { TicketStatus } from './lifecycle.ts';
import type { TicketPlayer } from './ticket.ts';

/**
 * The lines of a ticket as the queue Redis keeps it, in their order; `jobs/scripts/libraries/tickets.lua` has
 * the same names, and a test compares both. All are text, and empty where there is nothing to say.
 */
export const ticketLines = [
  /** A TicketStatus. */
  'status',
  /** Grows with each change of the ticket. */
  'revision',
  /** Id of the call that asked for it. */
  'call',
  /** Where it searches, or did last. */
  'pool',
  /** The match that took it, or proposes it. */
  'match',
  /** When it was asked for, fleet time in ms. */
  'since',
  /** Players who wait; 0 of a backfill ticket. */
  'size',
  /** Of a backfill ticket: the live match that wants players. */
  'fills',
  /** When it ended, Redis time in ms. */
  'ended',
  /** One word, and a sentence: why it ended, or searches again. */
  'reason',
  'message',
  /** Where its match is played (JSON, a PlacementOutcome). */
  'placement',
  'sequence',
  /** When it was asked for, Redis time in ms. */
  'start',
  /** When it times out, fleet time in ms. */
  'deadline',
  /** From here on a ticket is as its call gave it. */
  'id',
  'configuration',
  /** `1`: the backfill ticket that AUTOMATIC gave its match. */
  'automatic',
  /** `1`: its players' ratings have to be read before it can be matched. */
  'unrated',
  'trace',
  /** How long (ms) tickets like it had waited lately when it was asked for. */
  'estimate',
  /** JSON, an Actor. */
  'actor',
  /** JSON: its players, each with id, and team where they play already. */
  'roster',
  /** JSON: its players as they were given, or as they were rated. */
  'players',
] as const;

export type StoredTicket = Readonly<Record<(typeof ticketLines)[number], string>> & {
  readonly status: TicketStatus;
};

/** A ticket as scripts wrote it; `undefined` where there is none, or something else. */
export function readStoredTicket(text: string | null | undefined): StoredTicket | undefined {
  const values = text && readLines(text, ticketLines.length);
  if (!values) return undefined;
  const ticket: Partial<Record<(typeof ticketLines)[number], string>> = {};
  for (const [at, name] of ticketLines.entries()) ticket[name] = values[at] ?? '';
  return ticket as StoredTicket;
}

/** Nobody where a producer wrote what is no list: no match can hold such a ticket. */
export function playersOf({ players }: Pick<StoredTicket, 'players'>): TicketPlayer[] {
  try {
    const read: unknown = JSON.parse(players);
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

/** Ids of its players; nobody likewise. */
export const playerIdsOf = ({ roster }: Pick<StoredTicket, 'roster'>): string[] =>
  playersOf({ players: roster }).map(({ playerId }) => playerId);
