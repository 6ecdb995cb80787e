import { afterAll, beforeAll, expect, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import type { LadderDocument } from '../../jobs/ladder/ladder-document.ts';
import { visibleRating } from '../../jobs/ladder/rating.ts';
import type { GivenRating } from '../../jobs/rating-update/jobs.ts';
import { givenRatingCalls } from '../../producers/calls/given-ratings.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { ask, command, openRater, play, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
beforeAll(async () => {
  fleet = await openFleetStores();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const actor = { kind: 'service', name: 'ada' } as const;

/** The client's part, with a worker behind it that does each job at once. */
function openOperator(stopAfter = Number.POSITIVE_INFINITY) {
  let jobs = 0;
  const given = givenRatingCalls({
    call: (_name, _options, work) => work({ actor, signal: undefined, underWay: 1, begun: () => undefined }),
    giveByJob: async (_name, job, _target, request, { commandId }) => {
      if (++jobs > stopAfter) throw new Error('the operator went home');
      const outcome = await command(fleet.stores, 'give-ratings', request as never, commandId);
      if (outcome.kind !== 'done') throw new Error(JSON.stringify(outcome));
      return job.result.parse(outcome.result);
    },
  });
  return { ...given, jobs: () => jobs };
}

const many = (prefix: string, count: number): GivenRating[] =>
  Array.from({ length: count }, (_, n) => ({
    playerId: `${prefix}${n}`,
    rating: 1_000 + (n % 1_000),
    games: n,
  }));
const chain = (ladder: string): Promise<LadderDocument[]> => fleet.stores.changes.after(ladder, 0, 1_000);
const rating = async (ladder: string, playerId: string) =>
  (await fleet.stores.players.find([playerId])).get(playerId)?.ratings[ladder];

test('an import that broke off goes on where it stopped, one ordinal per 1,000 players (invariant 5)', async () => {
  const ratings = many('i', 4_321);
  const request = { ladder: 'brought', importId: 'theirs', ratings, reason: 'we moved' };
  await expect(openOperator(2).importRatings(request)).rejects.toThrow('went home');
  // The queue store has forgotten what it said of them.
  const { verdict } = domainKeys(fleet.domain);
  for (const part of [0, 1]) expect(await fleet.redis.del(verdict(`brought/import/theirs/${part}`))).toBe(1);

  const progress: number[] = [];
  const imported = await openOperator().importRatings({ ...request, onProgress: (it) => progress.push(it) });

  expect(imported).toEqual({ ratings: 4_321, earlier: 2_000 });
  expect(progress.at(-1)).toBe(4_321);
  const documents = await chain('brought');
  expect(documents.map((it) => [it.ordinal, it.kind])).toEqual([1, 2, 3, 4, 5].map((at) => [at, 'given']));
  expect(documents.map((it) => it.players.length).sort()).toEqual([1_000, 1_000, 1_000, 1_000, 321]);
  expect(documents.find((it) => it.players.length === 321)).toMatchObject({
    by: 'ann',
    reason: 'we moved',
    import: { id: 'theirs', part: 4 },
  });
  for (const { playerId, ...given } of [0, 999, 1_000, 4_320].map((n) => ratings[n]!)) {
    const stored = await rating('brought', playerId);
    expect([visibleRating(stored!), stored?.games, stored?.version]).toEqual([given.rating, given.games, 1]);
  }
  expect(await openOperator().importRatings(request)).toEqual({ ratings: 4_321, earlier: 4_321 });
  expect(await chain('brought')).toHaveLength(5);
});

test('a bad rating ends an import by name, and what came before it stays', async () => {
  const ratings = [...many('b', 1_500), { playerId: 'bad', mu: 25 }];

  await expect(openOperator().importRatings({ ladder: 'bad', importId: 'x', ratings })).rejects.toMatchObject(
    { code: 'invalid-request', message: expect.stringMatching(/^sigma: is missing/) },
  );
  expect((await chain('bad')).map((it) => it.players.length)).toEqual([1_000]);
});

test('a rating that is set stands, also when an earlier match is corrected (invariants 5, 11)', async () => {
  const duels = [1, 2, 3].map((n) => ({ matchId: `s${n}`, red: 'sa', blue: 'sb', at: n * 1_000 }));
  await play(fleet.stores, 'default', duels);
  await report(fleet.stores, wins('red', 's1'), wins('red', 's2'));
  await openOperator().setRating({
    ladder: 'default',
    playerId: 'sa',
    rating: 1_800,
    games: 50,
    reason: 'smurf',
  });
  const set = await rating('default', 'sa');
  const before = await rating('default', 'sb');

  await command(fleet.stores, 'correct-result', { result: wins('blue', 's1'), reason: 'wrong' });

  expect(await rating('default', 'sa')).toMatchObject({ mu: set?.mu, sigma: set?.sigma, games: 50 });
  expect((await rating('default', 'sb'))?.mu).toBeGreaterThan(before?.mu ?? 0);
  await report(fleet.stores, wins('red', 's3'));
  expect(await rating('default', 'sa')).toMatchObject({ games: 51 });
  const cached = await fleet.stores.cache.ratings(['sa']);
  expect(cached.get('sa')).toBe(visibleRating((await rating('default', 'sa'))!));
});

test('what is given waits its turn behind results that arrived before it', async () => {
  await play(fleet.stores, 'turn', [{ matchId: 't1', red: 'ta', blue: 'tb', at: 1_000 }]);
  const { matchId, ...result } = wins('red', 't1');
  await fleet.stores.pool.matches.report([{ matchId, result, ladder: 'turn' }]);
  const item = { ladder: 'turn', ratings: [{ playerId: 'ta', rating: 1_200, games: 9 }] };
  expect(await ask(fleet.stores, 'give-ratings', item, 'turn')).toMatchObject({ kind: 'later' });
  await openRater(fleet.stores).rate('turn');

  expect((await chain('turn')).map((it) => it.kind)).toEqual(['match', 'given']);
  expect(await rating('turn', 'ta')).toMatchObject({ games: 9, version: 2, at: 1_000 });
});
