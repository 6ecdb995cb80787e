import {
  type RatingAttributes,
  ratingNumber,
  takesPercentile,
  withRatings,
} from '../../jobs/configuration/rating-attributes.ts';
import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import type { Distribution } from '../../jobs/ladder/percentile.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import { type PlayerRecord, type Players, ratingOn } from '../records/players.ts';
import type { RatingDistributions } from '../records/rating-distributions.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface RatingStores {
  readonly players: Players;
  readonly cache: SessionCache;
  readonly distributions: Pick<RatingDistributions, 'read'>;
}

/** A ticket whose players get the attributes that its configuration takes from ratings. */
export interface Unrated {
  readonly players: readonly TicketPlayer[];
  readonly taken: RatingAttributes;
  readonly ladder: string;
}

/**
 * Per ticket its players with the attributes that its configuration takes from ratings. The session cache
 * knows the visible ratings of the default ladder, the record everything: it is asked, once, for who is not
 * in the cache or whose number is not.
 */
export const openRatings =
  ({ players, cache, distributions }: RatingStores) =>
  async (tickets: readonly Unrated[]): Promise<TicketPlayer[][]> => {
    const wanting = tickets.filter(({ taken }) => Object.keys(taken).length > 0);
    const [visible, others] = [wanting.filter(isCached), wanting.filter((ticket) => !isCached(ticket))];
    const cached = visible.length > 0 ? await cache.ratings(playersOf(visible)) : new Map<string, number>();
    const missing = [...playersOf(others), ...playersOf(visible).filter((id) => !cached.has(id))];
    const found =
      missing.length > 0 ? await players.find([...new Set(missing)]) : new Map<string, PlayerRecord>();
    const ladders = new Set(wanting.filter(({ taken }) => takesPercentile(taken)).map((it) => it.ladder));
    const rated = new Map<string, Distribution>();
    for (const ladder of ladders) rated.set(ladder, await distributions.read(ladder));
    return tickets.map((ticket) =>
      withRatings(ticket.players, ticket.taken, (playerId, which) => {
        const known = isCached(ticket) ? cached.get(playerId) : undefined;
        return (
          known ?? ratingNumber(which, ratingOn(found.get(playerId), ticket.ladder), rated.get(ticket.ladder))
        );
      }),
    );
  };

/** Whether all that a ticket takes is what the session cache holds. */
const isCached = ({ taken, ladder }: Unrated): boolean =>
  ladder === defaultLadder && Object.values(taken).every((which) => which === 'rating');

const playersOf = (tickets: readonly Unrated[]): string[] => [
  ...new Set(tickets.flatMap(({ players }) => players.map((player) => player.playerId))),
];
