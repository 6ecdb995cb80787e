import type { ClientSession } from 'mongodb';
import { defaultLadder } from '../../jobs/rating-update/ladder.ts';
import type { RatedMatch, RatingChange } from '../../jobs/rating-update/rate-in-order.ts';
import { type MatchRecord, playedTeams } from '../records/matches.ts';
import type { PlayerRecord, Players, RatingMove } from '../records/players.ts';
import type { RatingChanges } from '../records/rating-changes.ts';
import type { SessionCache } from '../session-cache/session-cache.ts';

/** Writes what matches did to their players: the players' last ratings, and every change on the way there. */
export async function writeRated(
  rated: readonly { readonly ladder: string; readonly matches: readonly RatedMatch[] }[],
  { games, revision = 0 }: { readonly games: boolean; readonly revision?: number },
  { players, changes }: { readonly players: Players; readonly changes: RatingChanges },
  now: Date,
  session: ClientSession,
): Promise<void> {
  const moves = rated.flatMap(({ ladder, matches }): RatingMove[] => {
    const byPlayer = Map.groupBy(
      matches.flatMap((match) => match.changes),
      (change) => change.playerId,
    );
    return [...byPlayer].map(([playerId, own]) => ({
      playerId,
      ladder,
      rating: last(own).after,
      games: games ? own.length : 0,
      ...(revision > 0 && { revision }),
    }));
  });
  await players.move(moves, now, session);
  for (const { ladder, matches } of rated)
    if (matches.length > 0) await changes.insert(ladder, matches, revision, now, session);
}

function last(changes: readonly RatingChange[]): RatingChange {
  const change = changes.at(-1);
  if (!change) throw new Error('a player without changes has no last one');
  return change;
}

export const playersOf = (matches: readonly MatchRecord[]): string[] => [
  ...new Set(matches.flatMap((match) => playedTeams(match).flatMap((team) => team.playerIds))),
];

/** Tells the session cache the ratings of the matches' players as they are stored: a repeat after a crash may do it. */
export async function cacheRatings(
  matches: readonly MatchRecord[],
  { players, cache }: { readonly players: Players; readonly cache: SessionCache },
): Promise<void> {
  if (matches.length === 0) return;
  const found = await players.find(playersOf(matches));
  await cache.putRatings([...found.values()].map(cachedRating));
}

/** A player's visible rating as the cache keeps it. */
export const cachedRating = ({ _id, profile, ratings }: PlayerRecord) => ({
  playerId: _id,
  rating: profile.current_rating,
  version: ratings[defaultLadder]?.version ?? 0,
});
