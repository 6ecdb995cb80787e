import type { Db } from 'mongodb';
import type { MatchDocument } from '../../jobs/ladder/ladder-document.ts';
import { type MatchRecord, playedTeams } from './match-record.ts';

/** Players who are asked for at once. */
const atOnce = 16;

export type RecentOpponents = ReturnType<typeof openRecentOpponents>;

/** Whom players have played against, by the matches that a ladder has rated. */
export function openRecentOpponents(db: Db) {
  const changes = db.collection<MatchDocument>('rating_changes');
  const matches = db.collection<MatchRecord>('matches');

  const lastMatches = async (ladder: string, playerId: string, most: number): Promise<string[]> => {
    const found = await changes
      .find({ 'players.player_id': playerId, ladder, kind: 'match', revision: 0 }, { batchSize: most + 1 })
      .project<{ match_id: string }>({ match_id: 1 })
      .sort({ ordinal: -1 })
      .limit(most)
      .toArray();
    return found.map((it) => it.match_id);
  };

  return {
    /** Per player the last so many, who came last first. Who has not played is not in it. */
    async of(
      ladder: string,
      playerIds: readonly string[],
      most: number,
    ): Promise<ReadonlyMap<string, readonly string[]>> {
      const played = new Map<string, readonly string[]>();
      for (let from = 0; from < playerIds.length; from += atOnce) {
        const some = playerIds.slice(from, from + atOnce);
        const lists = await Promise.all(some.map((id) => lastMatches(ladder, id, most)));
        for (const [index, id] of some.entries()) played.set(id, lists[index] ?? []);
      }
      const ids = [...new Set([...played.values()].flat())];
      if (ids.length === 0) return new Map();
      const found = await matches
        .find({ _id: { $in: ids } }, { batchSize: ids.length + 1, projection: { teams: 1, departed: 1 } })
        .toArray();
      const teams = new Map(found.map((match) => [match._id, playedTeams(match)]));
      return new Map(
        [...played].map(([playerId, last]) => {
          const others = last.flatMap((id) =>
            (teams.get(id) ?? []).flatMap((team) =>
              team.playerIds.includes(playerId) ? [] : team.playerIds,
            ),
          );
          return [playerId, [...new Set(others)].slice(0, most)];
        }),
      );
    },
  };
}
