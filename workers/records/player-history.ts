import type { Db } from 'mongodb';
import type { RatedMatch } from '../../jobs/maintenance/history.ts';
import type { LadderDocument, MatchDocument } from '../../jobs/rating-update/ladder-document.ts';
import { visibleRating } from '../../jobs/rating-update/rating.ts';
import type { PlayerRecord } from './players.ts';

const mostLadders = 10;
const mostMatches = 50;

/** How a player's ratings came about, from the documents of their ladders by the index `player`. */
export const openPlayerHistory = (db: Db) => ({
  async of(playerId: string): Promise<RatedMatch[]> {
    const player = await db.collection<PlayerRecord>('players').findOne({ _id: playerId });
    const ladders = Object.keys(player?.ratings ?? {}).slice(0, mostLadders);
    const found = await Promise.all(
      ladders.map((ladder) =>
        db
          .collection<LadderDocument>('rating_changes')
          .find({ 'players.player_id': playerId, ladder })
          .sort({ ordinal: -1 })
          .limit(mostMatches)
          .toArray(),
      ),
    );
    return found
      .flat()
      .filter((it): it is MatchDocument => it.kind === 'match')
      .flatMap((it) => ratedMatch(it, playerId))
      .sort((a, b) => b.ratedAt.localeCompare(a.ratedAt));
  },
});

export type PlayerHistory = ReturnType<typeof openPlayerHistory>;

function ratedMatch(document: MatchDocument, playerId: string): RatedMatch[] {
  const change = document.players.find((it) => it.player_id === playerId);
  if (!change) return [];
  return [
    {
      matchId: document.match_id,
      ladder: document.ladder,
      ratedAt: new Date(document.written_at).toISOString(),
      before: visibleRating(change.before),
      after: visibleRating(change.after),
    },
  ];
}
