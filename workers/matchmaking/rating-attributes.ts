import {
  ratingNumber,
  type Taken,
  takesAny,
  takesPercentile,
  withTaken,
} from '../../jobs/configuration/rating-attributes.ts';
import { defaultLadder } from '../../jobs/ladder/ladder.ts';
import type { Distribution } from '../../jobs/ladder/percentile.ts';
import type { TicketPlayer } from '../../jobs/ticket/ticket.ts';
import { type PlayerRecord, type Players, ratingOn } from '../records/players.ts';
import type { RatingDistributions } from '../records/rating-distributions.ts';
import type { RecentOpponents } from '../records/recent-opponents.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

export interface RatingStores {
  readonly players: Players;
  readonly cache: SessionCache;
  readonly distributions: Pick<RatingDistributions, 'read'>;
  readonly opponents: RecentOpponents;
}

/** A ticket whose players get the attributes that its configuration takes from the record. */
export interface Unrated {
  readonly players: readonly TicketPlayer[];
  readonly taken: Taken & { readonly ladder: string };
}

/**
 * Per ticket its players with the attributes that its configuration takes from the record. The session cache
 * knows the visible ratings of the default ladder, the record everything: it is asked, once, for who is not
 * in the cache or whose number is not.
 */
export const openRatings =
  ({ players, cache, distributions, opponents }: RatingStores) =>
  async (tickets: readonly Unrated[]): Promise<TicketPlayer[][]> => {
    const wanting = tickets.filter(({ taken }) => takesAny(taken));
    const [visible, others] = [wanting.filter(isCached), wanting.filter((ticket) => !isCached(ticket))];
    const cached = visible.length > 0 ? await cache.ratings(playersOf(visible)) : new Map<string, number>();
    const missing = [...playersOf(others), ...playersOf(visible).filter((id) => !cached.has(id))];
    const found =
      missing.length > 0 ? await players.find([...new Set(missing)]) : new Map<string, PlayerRecord>();
    const ladders = new Set(
      wanting.filter(({ taken }) => takesPercentile(taken.ratingAttributes)).map((it) => it.taken.ladder),
    );
    const rated = new Map<string, Distribution>();
    for (const ladder of ladders) rated.set(ladder, await distributions.read(ladder));
    const met = new Map<string, ReadonlyMap<string, readonly string[]>>();
    for (const [key, some] of Map.groupBy(wanting, (it) => avoiding(it)))
      if (some[0] && key !== '')
        met.set(
          key,
          await opponents.of(some[0].taken.ladder, playersOf(some), some[0].taken.avoidRecentOpponents),
        );
    return tickets.map(({ players: party, taken }) => {
      const { ladder } = taken;
      return withTaken(
        party,
        taken,
        (playerId, which) => {
          const known = isCached({ taken }) ? cached.get(playerId) : undefined;
          return known ?? ratingNumber(which, ratingOn(found.get(playerId), ladder), rated.get(ladder));
        },
        (playerId) => met.get(avoiding({ taken }))?.get(playerId) ?? [],
      );
    });
  };

/** Whether all that a ticket takes is what the session cache holds. */
const isCached = ({ taken: { ladder, ratingAttributes: numbers } }: Pick<Unrated, 'taken'>): boolean =>
  ladder === defaultLadder && Object.values(numbers).every((which) => which === 'rating');

/** What tickets share whose opponents are read together; '' where none are. */
const avoiding = ({ taken: { ladder, avoidRecentOpponents: most } }: Pick<Unrated, 'taken'>): string =>
  most > 0 ? `${most} ${ladder}` : '';

const playersOf = (tickets: readonly Unrated[]): string[] => [
  ...new Set(tickets.flatMap(({ players }) => players.map((player) => player.playerId))),
];
