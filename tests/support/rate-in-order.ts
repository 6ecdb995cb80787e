import type { LadderSettings } from '../../jobs/ladder/ladder.ts';
import { type PlayedMatch, type RatedMatch, rateOne } from '../../jobs/ladder/rate-one.ts';
import type { Rating } from '../../jobs/ladder/rating.ts';

/**
 * Rates matches one after the other, each from the ratings that the earlier ones left; `stored` gives those
 * before the first.
 */
export function rateInOrder(
  matches: readonly PlayedMatch[],
  stored: (playerId: string) => Rating | undefined,
  ladder: { readonly season: number; readonly settings: LadderSettings },
): (RatedMatch & { readonly match: PlayedMatch })[] {
  const current = new Map<string, Rating>();
  return matches.map((match) => {
    const rated = rateOne(match, (id) => current.get(id) ?? stored(id), ladder);
    if (typeof rated === 'string') throw new Error(rated);
    for (const { playerId, after } of rated.changes) current.set(playerId, after);
    return { match, ...rated };
  });
}
