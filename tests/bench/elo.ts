import type { Game, RatingSystem } from '../../jobs/ladder/replay.ts';

/**
 * K of Elo, which says how far one game moves a rating. It may depend on how many games the player has
 * played.
 */
export const eloSpeeds = {
  'Elo, K 24': () => 24,
  // FiveThirtyEight's for tennis (Morris and Bialik, "Serena Williams and the difference between all-time
  // great and greatest of all time", 2015).
  "Elo, 538's falling K": (games: number) => 250 / (games + 5) ** 0.4,
} as const;

/** Ratings by Elo. Everybody begins with 1500. `sideAdvantage`: points that are added to the side at home. */
export function openElo(speed: (games: number) => number, sideAdvantage: number): RatingSystem {
  const ratings = new Map<string, { readonly points: number; readonly games: number }>();
  const of = (id: string) => ratings.get(id) ?? { points: 1_500, games: 0 };
  const chance = ({ sides: [one, other], home }: Game) =>
    1 / (1 + 10 ** ((of(other).points - of(one).points - (home ? sideAdvantage : 0)) / 400));
  return {
    chance,
    rate(game) {
      const [mine, theirs] = game.scores;
      const surprise = (Math.sign(mine - theirs) + 1) / 2 - chance(game);
      for (const [index, id] of game.sides.entries()) {
        const { points, games } = of(id);
        const moved = speed(games) * (index === 0 ? surprise : -surprise);
        ratings.set(id, { points: points + moved, games: games + 1 });
      }
    },
  };
}
