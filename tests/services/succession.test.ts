import { expect, onTestFinished, test } from 'vitest';
import { poolTag } from '../../jobs/keys.ts';
import { aMatch, aPlayer } from '../support/builders.ts';
import { openHandFleet } from '../support/hand-fleet.ts';

const played = (matchId: string) =>
  aMatch(
    matchId,
    ['red', 'blue'].map((side, sequence) => ({
      ticketId: `${matchId}-${side}`,
      startTime: 0,
      since: 0,
      sequence,
      revision: 1,
      deadline: 0,
      length: 0,
      unrated: false,
      players: [aPlayer(`${matchId}-${side}`)],
    })),
  );

test('a match whose result comes while it is backfilled either has it or goes on, never both (invariants 2, 5)', async () => {
  const fleet = await openHandFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const { matches } = fleet.stores;
  const ids = Array.from({ length: 60 }, (_, n) => `m${n}`);
  await matches.create(
    ids.map((id) => ({ match: played(id), status: 'COMPLETED' as const })),
    new Date(),
  );
  for (const id of ids.map((it) => `${it}-next`))
    await fleet.redis.hset(`${poolTag(fleet.domain)}:outbox`, id, JSON.stringify(played(id)));
  const teams = ['side_1', 'side_2'].map((name, index) => ({ name, rank: index + 1 }));
  const rate = async (matchId: string) => {
    await fleet.work('update-ratings', [{ matchId, teams }]);
    await fleet.work('rate-ladder', [{ ladder: 'default' }]);
  };
  const raced = new Map<string, unknown>();
  // From both ends: they meet somewhere in the middle.
  await Promise.all([
    (async () => {
      for (const matchId of ids) await rate(matchId);
    })(),
    (async () => {
      for (const id of ids.toReversed()) raced.set(id, await matches.succeed(id, `${id}-next`));
    })(),
    ...ids.slice(20, 40).map(rate),
  ]);

  const stored = await matches.find(ids);
  const changes = await fleet.db.collection('rating_changes').find().toArray();
  expect(new Set([...raced.values()].map((it) => it === 'over')).size).toBe(2);
  for (const id of ids) {
    const match = stored.get(id);
    const rated = changes.filter((change) => change['match_id'] === id).length;
    expect([id, match?.result !== undefined, match?.succeeded_by !== undefined, rated]).toEqual(
      raced.get(id) === 'over' ? [id, true, false, 1] : [id, false, true, 0],
    );
  }
});

test('a match that was to go on as one that nobody knows any more takes its result, and that one never starts (invariants 2, 5)', async () => {
  const fleet = await openHandFleet();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  const { matches } = fleet.stores;
  const now = new Date();
  const begin = (...ids: string[]) =>
    matches.create(
      ids.map((id) => ({ match: played(id), status: 'COMPLETED' as const })),
      now,
    );
  await begin('first', 'second');
  await matches.succeed('first', 'second');
  await matches.succeed('second', 'lost');
  const teams = ['side_1', 'side_2'].map((name, index) => ({ name, rank: index + 1 }));

  await fleet.work('update-ratings', [{ matchId: 'first', teams }]);
  await fleet.drain();

  await begin('lost');
  const stored = await matches.find(['first', 'second', 'lost']);
  expect(stored.get('second')).toMatchObject({ result: { teams } });
  expect(stored.get('second')).not.toHaveProperty('succeeded_by');
  expect(stored.get('first')).not.toHaveProperty('result');
  expect(stored.get('lost')?.status).toBe('FAILED');
});
