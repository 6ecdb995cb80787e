import { randomUUID } from 'node:crypto';
import type { Outcome } from '../../jobs/contract.ts';
import type { MatchResult } from '../../jobs/ladder/result.ts';
import type { LadderCommand } from '../../jobs/rating-update/ladder-command.ts';
import { askLadders } from '../../workers/rating-update/ask-ladder.ts';
import { type RaterStores, rateLadders } from '../../workers/rating-update/rate-ladder.ts';
import { type openFleetStores, perform } from './fleet-stores.ts';
import { signedLadderCommand } from './operator.ts';

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

/** What a rater has told whoever watches it. */
interface Watched {
  readonly woken: Set<string>;
  readonly refused: (readonly [matchId: string, reason: string])[];
  readonly rated: (readonly [playerId: string, rating: number])[];
}

/** A rater of its own, with a memory of its own. */
export function openRater(stores: Omit<Stores, 'database'>) {
  const watched: Watched = { woken: new Set(), refused: [], rated: [] };
  const mine: RaterStores = {
    ...stores,
    wake: async (ladder) => void watched.woken.add(ladder),
    onRated: (...told) => watched.rated.push(told),
    onRefused: (...told) => watched.refused.push(told),
    onPlayerRefused: (...told) => watched.refused.push(told),
  };
  const handle = rateLadders(mine);
  const rateOnce = (ladder: string): Promise<Outcome> => perform(handle, [{ ladder }]);
  return {
    ...watched,
    rateOnce,
    /** Rates a ladder, and those that it wakes, until nothing is left that it could do. */
    async rate(ladder = 'default'): Promise<void> {
      watched.woken.add(ladder);
      for (const name of watched.woken) {
        watched.woken.delete(name);
        await rateOnce(name);
      }
    },
  };
}

/** Records results as a call does, 50 at a time, and rates them. Returns what the rater refused. */
export async function report(stores: Stores, ...results: readonly MatchResult[]) {
  const rater = openRater(stores);
  for (let from = 0; from < results.length; from += 50) await record(stores, results.slice(from, from + 50));
  await rater.rate();
  return rater;
}

/** Records results as a call does. */
export const record = (stores: Pick<Stores, 'pool'>, results: readonly MatchResult[]) =>
  stores.pool.matches.report(results.map(({ matchId, ...result }) => ({ matchId, result })));

type Asked<Kind extends LadderCommand['kind']> = Extract<LadderCommand, { kind: Kind }>['item'];

/**
 * Asks something of a ladder and has it rated, until there is an answer. `id`: of the call, the same when it
 * is repeated.
 */
export async function command<Kind extends LadderCommand['kind']>(
  stores: Stores,
  kind: Kind,
  item: Asked<Kind>,
  id: string = randomUUID(),
): Promise<Outcome> {
  const first = await ask(stores, kind, item, id);
  if (first.kind !== 'later') return first;
  const ladder = 'ladder' in item ? item.ladder : 'name' in item ? item.name : undefined;
  const match =
    'result' in item ? (await stores.matches.find([item.result.matchId])).values().next().value : undefined;
  await openRater(stores).rate(ladder ?? match?.ladder);
  return ask(stores, kind, item, id);
}

/** Asks it once: `later` while no rater has come to it. */
export async function ask<Kind extends LadderCommand['kind']>(
  stores: Stores,
  kind: Kind,
  item: Asked<Kind>,
  id: string,
): Promise<Outcome> {
  const command = { kind, item } as Pick<LadderCommand, 'kind' | 'item'>;
  const envelope = await signedLadderCommand(stores, stores.operatorKeys.domain, command, id);
  return perform(askLadders({ ...stores, wake: async () => undefined }), [envelope]);
}
