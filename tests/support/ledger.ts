import type { Db } from 'mongodb';
import { expect, vi } from 'vitest';
import type { Diary } from '../../infra/local/demo/diary.ts';
import { judge } from '../../infra/local/demo/verdict.ts';
import { queueNames } from '../../jobs/contract.ts';
import type { Rating } from '../../jobs/rating-update/rating.ts';
import type { Fleet } from './fleet.ts';

/**
 * Waits until what the players were promised stands in the stores and no job is left: invariants 1 to 5 and 8 as the
 * demo's verdict checks them, and every player's rating history without a gap, a fork or a repeat.
 */
export const allIsWell = (fleet: Fleet, diary: Diary): Promise<void> =>
  vi.waitFor(
    async () => {
      expect((await judge(fleet.db, fleet.client, diary)).problems).toEqual([]);
      expect(await brokenHistories(fleet.db)).toEqual([]);
      expect(await failures(fleet)).toEqual([]);
      for (const name of queueNames)
        expect(await fleet.client.queues[name].getJobCounts('waiting', 'active')).toEqual({
          waiting: 0,
          active: 0,
        });
      expect(await fleet.redis.hlen(fleet.key('outbox'))).toBe(0);
    },
    { timeout: 20_000, interval: 250 },
  );

/** Why jobs failed, but for the one failure that is an answer: a stop that came after its ticket's match. */
async function failures({ client }: Fleet): Promise<string[]> {
  const failed = await Promise.all(queueNames.map((name) => client.queues[name].getFailed()));
  return failed
    .flat()
    .map((job) => `${job.name}: ${job.failedReason}`)
    .filter((failure) => !/^stop-matchmaking: .* too late to stop it/.test(failure));
}

interface Change {
  readonly player_id: string;
  readonly before: Rating;
  readonly after: Rating;
}

/** Players whose rating is not the end of an unbroken chain of their changes, one per version (invariant 5). */
async function brokenHistories(db: Db): Promise<string[]> {
  const [players, changes] = await Promise.all([
    db
      .collection<{ _id: string; profile: { games_played: number }; ratings: { default?: Rating } }>(
        'players',
      )
      .find()
      .toArray(),
    db.collection<Change & { _id: string }>('rating_changes').find().toArray(),
  ]);
  const byPlayer = Map.groupBy(changes, (change) => change.player_id);
  return players
    .filter(({ _id, profile, ratings }) => {
      const chain = (byPlayer.get(_id) ?? []).sort((a, b) => a.after.version - b.after.version);
      const linked = chain.every(
        ({ before, after }, at) =>
          after.version === at + 1 &&
          before.version === at &&
          before.mu === (chain[at - 1]?.after.mu ?? before.mu),
      );
      const last = chain.at(-1)?.after;
      return !linked || profile.games_played !== chain.length || ratings.default?.mu !== last?.mu;
    })
    .map((player) => player._id);
}
