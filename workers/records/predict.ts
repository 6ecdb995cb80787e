import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { newcomer, winChances } from '../../jobs/ladder/rating.ts';
import type { CommittedMatch } from '../../jobs/match/match.ts';
import type { Ladders } from './ladders.ts';
import { type Players, ratingOn } from './players.ts';

/** Each team's chance to win, by match: what the players' ratings say before it is played. */
export async function predict(
  committed: readonly Pick<CommittedMatch, 'matchId' | 'ladder' | 'now' | 'teams'>[],
  { ladders, players }: { readonly ladders: Ladders; readonly players: Players },
): Promise<Map<string, number[]>> {
  const playerIds = committed.flatMap((match) => match.teams.flatMap((team) => team.playerIds));
  const [ladderOf, found] = await Promise.all([
    ladders.read(committed.map((match) => match.ladder)),
    players.find([...new Set(playerIds)]),
  ]);
  return new Map(
    committed.map(({ matchId, ladder, now, teams }) => {
      const { season = 0, settings = defaultSettings } = ladderOf.get(ladder) ?? {};
      const contenders = teams.map((team) =>
        team.playerIds.map((playerId) => ({
          playerId,
          rating: ratingOn(found.get(playerId), ladder) ?? newcomer,
        })),
      );
      return [matchId, winChances(contenders, { at: now, season }, settings)];
    }),
  );
}
