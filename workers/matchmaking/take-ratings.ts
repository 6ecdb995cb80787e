import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import type { CurrentConfiguration } from '../pool/compiled.ts';
import type { Pool } from '../pool/pool.ts';
import type { Mirror } from './mirror.ts';
import type { ReadRatings } from './rating-attributes.ts';

/** Tickets whose ratings are read at once. */
const ticketsPerReading = 200;

export interface RatingParts {
  readonly pool: Pool;
  readonly rate: ReadRatings;
  readonly observe: { readonly ratingsAway: (configuration: string, error: unknown) => void };
}

/**
 * Reads the ratings that tickets of the pool wait for and writes them to the tickets, so that every mirror
 * matches them by the same numbers; this one has them with its next cycle. A record that is away holds up
 * nobody else.
 */
export async function takeRatings(
  mirror: Mirror,
  { installed: { configuration } }: CurrentConfiguration,
  { pool, rate, observe }: RatingParts,
): Promise<'none' | 'taken' | 'away'> {
  const waiting = mirror.unrated();
  for (let from = 0; from < waiting.length; from += ticketsPerReading) {
    const some = waiting.slice(from, from + ticketsPerReading);
    let rated: TicketPlayer[][];
    try {
      rated = await rate(
        some.map(({ players }) => players),
        configuration,
      );
    } catch (error) {
      observe.ratingsAway(configuration.name, error);
      return 'away';
    }
    await pool.tickets.rate(
      some.map(({ ticketId, revision, fills }, index) => ({
        ...{ ticketId, revision, fills },
        players: rated[index] ?? [],
      })),
    );
  }
  return waiting.length > 0 ? 'taken' : 'none';
}
