import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { mostRecomputed } from '../../jobs/rating-update/correct-result.ts';
import type { Request } from '../../workers/enqueue.ts';
import { correctResults } from '../../workers/rating-update/correct-result.ts';
import { type RecomputeStores, recomputeLadder } from '../../workers/rating-update/recompute.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { type Duel, play, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let enqueued: Request<never>[];
const queues = {
  enqueue: async (request: Request<never>) => {
    enqueued.push(request);
  },
} as unknown as Parameters<typeof correctResults>[1];

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  enqueued = [];
});

const players = ['a', 'b', 'c', 'd', 'e'];
/** Everybody against everybody, again and again. */
const season = (prefix: string, count: number): Duel[] =>
  Array.from({ length: count }, (_, n) => ({
    matchId: `${prefix}${n}`,
    red: players[n % 5]!,
    blue: players[(n + 1 + (n % 4)) % 5]!,
    at: 1_000 * n,
  }));
const redWinsAll = (duels: readonly Duel[]) => duels.map(({ matchId }) => wins('red', matchId));

/** The same matches on two ladders: `main` has the first result wrong, `right` had it right from the start. */
async function playBoth(count: number) {
  const [main, right] = [season('m', count), season('r', count)];
  await play(fleet.stores, 'main', main);
  await play(fleet.stores, 'right', right);
  await report(fleet.stores, ...redWinsAll(main));
  await report(fleet.stores, wins('blue', 'r0'), ...redWinsAll(right.slice(1)));
}
const correct = (matchId = 'm0') =>
  perform(correctResults(fleet.stores, queues), [
    { result: wins('blue', matchId), reason: 'the referee erred' },
  ]);
const recompute = (stores: RecomputeStores = fleet.stores, revision = 1) =>
  perform(recomputeLadder(stores, queues), [{ ladder: 'main', revision }]);

/** Every player's rating on a ladder, without what only counts changes. */
async function ratings(ladder: string) {
  const found = await fleet.stores.players.find(players);
  return players.map((id) => {
    const { mu = 0, sigma = 0, at } = found.get(id)?.ratings[ladder] ?? {};
    return { mu: expect.closeTo(mu, 9), sigma: expect.closeTo(sigma, 9), at };
  });
}
const rated = async (ladder: string) =>
  (await ratings(ladder)).map(({ mu, sigma, at }) => ({ mu: mu.sample, sigma: sigma.sample, at }));

test('a corrected result rates everybody as if it had been reported right in the first place', async () => {
  await playBoth(20);
  expect(await rated('main')).not.toEqual(await ratings('right'));

  expect(await correct()).toMatchObject({ kind: 'done', result: { matches: 20, revision: 1 } });
  expect(enqueued).toMatchObject([
    { items: [{ ladder: 'main', revision: 1 }], options: { jobId: 'recompute-main-1' } },
  ]);
  expect(await recompute()).toMatchObject({ kind: 'done' });

  expect(await rated('main')).toEqual(await ratings('right'));
  const match = (await fleet.stores.matches.find(['m0'])).get('m0');
  expect(match).toMatchObject({
    result: { teams: wins('blue', 'm0').teams },
    corrections: [
      { replaced: { teams: wins('red', 'm0').teams }, by: 'test', reason: 'the referee erred', revision: 1 },
    ],
  });
  expect(await fleet.db.collection('rating_changes').countDocuments({ ladder: 'main', revision: 1 })).toBe(
    40,
  );
  const { profile } = (await fleet.stores.players.find(['a'])).get('a')!;
  expect(profile.games_played).toBe(
    2 * season('', 20).filter(({ red, blue }) => red === 'a' || blue === 'a').length,
  );
});

test('only what came after is rated again, and a second correction goes on from the first', async () => {
  await playBoth(20);
  await correct('m12');
  await recompute();

  expect(await fleet.db.collection('rating_changes').countDocuments({ ladder: 'main', revision: 1 })).toBe(
    16,
  );
  await perform(correctResults(fleet.stores, queues), [
    { result: wins('red', 'm12'), reason: 'it was right' },
  ]);
  await correct('m0').then((outcome) => expect(outcome.kind).toBe('later'));
  await recompute(fleet.stores, 2);
  await correct('m0');
  await recompute(fleet.stores, 3);
  expect(await rated('main')).toEqual(await ratings('right'));
});

test('meanwhile the results of its ladder wait, those of others do not, and afterwards they are rated', async () => {
  await playBoth(3);
  await play(fleet.stores, 'main', [{ matchId: 'new', red: 'a', blue: 'b', at: 9_000 }]);
  await play(fleet.stores, 'right', [{ matchId: 'other', red: 'a', blue: 'b', at: 9_000 }]);
  await correct();

  expect(await report(fleet.stores, wins('red', 'new'), wins('red', 'other'))).toMatchObject({
    kind: 'later',
  });
  expect((await fleet.stores.matches.find(['new'])).get('new')?.result).toBeUndefined();
  expect((await fleet.stores.matches.find(['other'])).get('other')?.result).toBeDefined();

  await recompute();
  expect(await report(fleet.stores, wins('red', 'new'), wins('red', 'other'))).toMatchObject({
    kind: 'done',
  });
  expect(await rated('main')).toEqual(await ratings('right'));
});

test('a late duplicate of the first report is no second result', async () => {
  await playBoth(2);
  await correct();
  await recompute();
  const before = await rated('main');

  expect(await report(fleet.stores, wins('red', 'm0'))).toMatchObject({ kind: 'done', refusals: [] });
  expect(await rated('main')).toEqual(before);
});

test('the cache learns of the new ratings', async () => {
  const mine = { matchId: 'm', red: `${fleet.domain}-a`, blue: `${fleet.domain}-b`, at: 1 };
  await play(fleet.stores, 'default', [mine]);
  await report(fleet.stores, wins('red', 'm'));
  await correct('m');

  await perform(recomputeLadder(fleet.stores, queues), [{ ladder: 'default', revision: 1 }]);

  const now = (await fleet.stores.players.find([mine.red])).get(mine.red)?.profile.current_rating;
  expect(now).toBeLessThan(1500);
  expect(await fleet.cacheRedis.hget(`ratings:${mine.red}`, 'rating')).toBe(String(now));
});

test('a recompute that dies after each of its steps, again and again, rates each match again once', async () => {
  await playBoth(250);
  await correct();

  const calls = await everyDeath((death) => deathOf(recompute(mortal(fleet.stores, death))));

  expect(calls.length).toBeGreaterThan(7);
  expect((await fleet.stores.ladders.read(['main'])).get('main')?.recompute).toBeUndefined();
  expect(await rated('main')).toEqual(await ratings('right'));
  expect(await fleet.db.collection('rating_changes').countDocuments({ ladder: 'main', revision: 1 })).toBe(
    500,
  );
});

test('several workers recomputing one ladder at once are as one', async () => {
  await playBoth(250);
  await correct();

  const outcomes = await Promise.allSettled([recompute(), recompute(), recompute()]);

  expect(outcomes.some((it) => it.status === 'fulfilled')).toBe(true);
  await recompute();
  expect(await rated('main')).toEqual(await ratings('right'));
});

test('what cannot be corrected is refused by name', async () => {
  await playBoth(1);
  await play(fleet.stores, 'main', [{ matchId: 'open', red: 'a', blue: 'b', at: 1 }]);
  const handle = correctResults(fleet.stores, queues);
  const ask = (matchId: string) => perform(handle, [{ result: wins('blue', matchId), reason: 'why' }]);

  expect(await ask('ghost')).toEqual({ kind: 'refused', reason: 'matchId: there is no match ghost' });
  expect(await ask('open')).toMatchObject({ reason: expect.stringContaining('has no result yet') });
  expect(await perform(handle, [{ result: wins('red', 'm0'), reason: 'why' }])).toMatchObject({
    kind: 'done',
    result: { matches: 0 },
  });
  expect(
    await perform(handle, [{ result: wins('blue', 'm0'), reason: 'why' }], { kind: 'player', playerId: 'a' }),
  ).toMatchObject({ kind: 'refused' });
});

test(`more than ${mostRecomputed} matches since are refused with a message, and nothing changes`, async () => {
  await playBoth(1);
  const since = Array.from({ length: mostRecomputed }, (_, n) => ({
    _id: `x${n}`,
    ladder: 'main',
    ladder_time: 10 + n,
  }));
  await fleet.db.collection<{ _id: string }>('matches').insertMany(since);

  expect(await correct()).toEqual({
    kind: 'refused',
    reason: expect.stringContaining(`ladder main has rated more than ${mostRecomputed} matches since m0`),
  });
  expect((await fleet.stores.ladders.read(['main'])).get('main')?.recompute).toBeUndefined();
});
