import {
  ratingNumber,
  type Taken,
  takesPercentile,
  withTaken,
} from '../../jobs/configuration/rating-attributes.ts';
import { defaultLadder } from '../../jobs/ladder/ladder.ts';
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

/**
 * Returns parties with the attributes that their configuration takes from the record, in the order given.
 * Throws while the record is away.
 */
export type ReadRatings = (
  parties: readonly (readonly TicketPlayer[])[],
  taken: Taken & { readonly ladder: string },
) => Promise<TicketPlayer[][]>;

/**
 * The session cache knows the visible ratings of the default ladder, and the record knows everything. So the
 * record is asked once: for players who are not in the cache, and for numbers that the cache does not have.
 */
export const openRatings =
  ({ players, cache, distributions, opponents }: RatingStores): ReadRatings =>
  async (parties, taken) => {
    const { ladder, ratingAttributes, avoidRecentOpponents } = taken;
    const which = Object.values(ratingAttributes);
    const ids = [...new Set(parties.flat().map((player) => player.playerId))];
    const rated = which.length > 0 ? ids : [];
    const isCached = ladder === defaultLadder && which.every((it) => it === 'rating');
    const cached = isCached && rated.length > 0 ? await cache.ratings(rated) : new Map<string, number>();
    const missing = rated.filter((id) => !cached.has(id));
    const found = missing.length > 0 ? await players.find(missing) : new Map<string, PlayerRecord>();
    const distribution = takesPercentile(ratingAttributes) ? await distributions.read(ladder) : undefined;
    const met = avoidRecentOpponents > 0 ? await opponents.of(ladder, ids, avoidRecentOpponents) : undefined;
    return parties.map((party) =>
      withTaken(
        party,
        taken,
        (id, number) => cached.get(id) ?? ratingNumber(number, ratingOn(found.get(id), ladder), distribution),
        (id) => met?.get(id) ?? [],
      ),
    );
  };
