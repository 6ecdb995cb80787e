import { withoutRecentOpponents } from '../ticket/recent-opponents.ts';
import type { TicketPlayer } from '../ticket/ticket.ts';
import type { CommittedMatch } from './match.ts';

type Ticket = CommittedMatch['tickets'][number];

/**
 * A ticket of a match as the record has it. What its players chose names for is JSON text: names of theirs
 * must not become names of fields, of which DocumentDB refuses some. Recent opponents are left out: an erased
 * player would still be named by them.
 */
export interface StoredMatchTicket extends Omit<Ticket, 'players'> {
  readonly players: readonly (Omit<TicketPlayer, 'attributes' | 'latencyInMs'> & {
    readonly attributes: string;
    readonly latencyInMs?: string;
  })[];
}

export const asStoredTickets = (tickets: CommittedMatch['tickets']): StoredMatchTicket[] =>
  tickets.map(({ players, ...ticket }) => ({
    ...ticket,
    players: players.map(withoutRecentOpponents).map(({ attributes, latencyInMs, ...player }) => ({
      ...player,
      attributes: JSON.stringify(attributes),
      ...(latencyInMs && { latencyInMs: JSON.stringify(latencyInMs) }),
    })),
  }));

export const fromStoredTickets = (tickets: readonly StoredMatchTicket[]): Ticket[] =>
  tickets.map(({ players, ...ticket }) => ({
    ...ticket,
    players: players.map(({ attributes, latencyInMs, ...player }) => ({
      ...player,
      attributes: JSON.parse(attributes),
      ...(latencyInMs !== undefined && { latencyInMs: JSON.parse(latencyInMs) }),
    })),
  }));
