import type { MatchResult } from '../../jobs/rating-update/result.ts';
import { rateMatches } from '../../workers/rating-update/update-ratings.ts';
import { type openFleetStores, perform } from './fleet-stores.ts';

type Stores = Awaited<ReturnType<typeof openFleetStores>>['stores'];

/** A duel as it was played: red against blue, committed at a time (ms). */
export interface Duel {
  readonly matchId: string;
  readonly red: string;
  readonly blue: string;
  readonly at: number;
}

/** Stores duels of a ladder as if they had been started. */
export const play = async (stores: Stores, ladder: string, duels: readonly Duel[]): Promise<void> => {
  await stores.matches.create(
    duels.map(({ matchId, red, blue, at }) => ({
      match: {
        matchId,
        configuration: 'duel',
        ladder,
        ruleSet: { name: 'duel', version: 1 },
        now: at,
        asOf: at,
        seed: 0,
        tickets: [],
        teams: [
          { name: 'red', playerIds: [red] },
          { name: 'blue', playerIds: [blue] },
        ],
      },
      status: 'COMPLETED' as const,
    })),
    new Date(),
  );
};

/** A result in which red or blue wins. */
export const wins = (winner: 'red' | 'blue', matchId: string): MatchResult => ({
  matchId,
  teams: [
    { name: 'red', rank: winner === 'red' ? 1 : 2 },
    { name: 'blue', rank: winner === 'red' ? 2 : 1 },
  ],
});

/** Reports results as a worker would rate them, at most 50 at a time. */
export async function report(stores: Stores, ...results: readonly MatchResult[]) {
  const handle = rateMatches({ ...stores, onRated: () => undefined });
  let outcome = await perform(handle, results.slice(0, 50));
  for (let from = 50; from < results.length; from += 50)
    outcome = await perform(handle, results.slice(from, from + 50));
  return outcome;
}
