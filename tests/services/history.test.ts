import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { activitySlotMs } from '../../jobs/configuration/activity.ts';
import { domainKeys } from '../../jobs/keys.ts';
import {
  keepActivityDuty,
  readActivityDuty,
  readPlayerHistoryDuty,
} from '../../workers/maintenance/history.ts';
import { openFleetStores } from '../support/fleet-stores.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

/** Does one job as a worker would. */
async function work(kind: string, item: object): Promise<unknown> {
  const found = [keepActivityDuty, readActivityDuty, readPlayerHistoryDuty]
    .map((open) => open(fleet.stores, {} as never))
    .find((it) => it.job.kind === kind);
  const outcome = await found?.handle([item], {} as never);
  return outcome?.kind === 'done' ? outcome.result : outcome;
}

test('what happened in five minutes is on record once, and is read by time', async () => {
  const keys = domainKeys(fleet.domain);
  const running = Math.floor(Date.now() / activitySlotMs);
  await fleet.redis.sadd(keys.configurations(), 'duel');
  for (const age of [0, 1, 3])
    await fleet.redis.hset(keys.activity('duel', String(running - age)), {
      ...{ started: 5 + age, matches: 1, TIMED_OUT: age, 'wait:40': 2 },
    });

  expect(await work('keep-activity', {})).toEqual({ kept: 2 });
  await fleet.redis.hset(keys.activity('duel', String(running - 3)), { started: 99 });
  expect(await work('keep-activity', {})).toEqual({ kept: 0 });

  const since = Date.now() - 3_600_000;
  const five = (age: number) => ({
    ...{ started: 5 + age, matched: 2, matches: 1, timedOut: age, cancelled: 0, failed: 0 },
    waits: [[40, 2]],
  });
  expect(await work('read-activity', { configuration: 'duel', since })).toMatchObject([five(3), five(1)]);
  expect(await work('read-activity', { configuration: 'other', since })).toEqual([]);
  expect(await work('read-activity', { configuration: 'duel', since: Date.now() })).toEqual([]);
});

test("a player's rated matches are read from all of their ladders, the newest first", async () => {
  const rating = (mu: number) => ({ mu, sigma: 8 });
  const document = (ladder: string, ordinal: number, playerIds: readonly string[]) => ({
    ...{
      _id: `match/${ladder}-${ordinal}`,
      kind: 'match',
      ladder,
      ordinal,
      match_id: `${ladder}-${ordinal}`,
    },
    ...{ written_at: 1_000 * ordinal, revision: 0 },
    players: playerIds.map((player_id) => ({ player_id, before: rating(25), after: rating(26) })),
  });
  await fleet.db.collection<{ _id: string }>('players').insertOne({
    ...{ _id: 'ann', ratings: { default: rating(26), race: rating(26) } },
  } as never);
  await fleet.db
    .collection('rating_changes')
    .insertMany([
      document('default', 1, ['ann', 'bob']),
      document('default', 2, ['bob', 'eve']),
      document('default', 3, ['eve', 'ann']),
      document('race', 2, ['ann', 'eve']),
      document('other', 1, ['ann', 'eve']),
    ] as never);

  const found = (await work('read-player-history', { playerId: 'ann' })) as { matchId: string }[];

  expect(found.map((it) => it.matchId)).toEqual(['default-3', 'race-2', 'default-1']);
  expect(found[0]).toMatchObject({ ladder: 'default', ratedAt: new Date(3_000).toISOString() });
  expect(await work('read-player-history', { playerId: 'nobody' })).toEqual([]);
});
