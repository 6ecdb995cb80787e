import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { MatchResult } from '../../jobs/rating-update/result.ts';
import { rateMatches } from '../../workers/rating-update/update-ratings.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let rated: [string, number][];

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  rated = [];
});

const play = (matchId: string, red: string, blue: string, ladder = 'default') =>
  fleet.stores.matches.create(
    [
      {
        match: {
          matchId,
          configuration: 'duel',
          ladder,
          ruleSet: { name: 'duel', version: 1 },
          now: 0,
          asOf: 0,
          seed: 0,
          tickets: [],
          teams: [
            { name: 'red', playerIds: [red] },
            { name: 'blue', playerIds: [blue] },
          ],
        },
        status: 'COMPLETED',
      },
    ],
    new Date(),
  );
const redWins = (matchId: string): MatchResult => ({
  matchId,
  teams: [
    { name: 'red', score: 1 },
    { name: 'blue', score: 0 },
  ],
});
const report = (...results: MatchResult[]) =>
  perform(rateMatches({ ...fleet.stores, onRated: (id, rating) => rated.push([id, rating]) }), results);
const player = (playerId: string) =>
  fleet.db.collection<{ _id: string }>('players').findOne({ _id: playerId });
const changes = () => fleet.db.collection('rating_changes').countDocuments();

test('a result moves every player of its match, keeps the change and the result, and tells the cache', async () => {
  await play('m', 'a', 'b');

  await report(redWins('m'));

  expect(await player('a')).toMatchObject({
    profile: { games_played: 1 },
    ratings: { default: { version: 1 } },
  });
  const [winner, loser] = [await player('a'), await player('b')] as unknown as {
    profile: { current_rating: number };
  }[];
  expect(winner?.profile.current_rating).toBeGreaterThan(1500);
  expect(loser?.profile.current_rating).toBeLessThan(1500);
  expect(await changes()).toBe(2);
  expect(await fleet.db.collection<{ _id: string }>('matches').findOne({ _id: 'm' })).toMatchObject({
    result: { teams: redWins('m').teams },
  });
  expect(await fleet.cacheRedis.hget('ratings:a', 'rating')).toBe(String(winner?.profile.current_rating));
  expect(rated.map(([id]) => id).sort()).toEqual(['a', 'b']);
});

test('a result reported again changes nothing (invariant 5)', async () => {
  await play('m', 'a', 'b');
  await report(redWins('m'));
  const before = await player('a');

  await report(redWins('m'), redWins('m'));

  expect(await player('a')).toEqual(before);
  expect(await changes()).toBe(2);
  expect(rated).toHaveLength(2);
});

test('many workers reporting the same results at once rate each match once (invariant 5)', async () => {
  const ids = Array.from({ length: 10 }, (_, n) => `m${n}`);
  for (const [n, id] of ids.entries()) await play(id, 'champion', `p${n}`);

  await Promise.all(Array.from({ length: 4 }, () => report(...ids.map(redWins))));

  expect(await player('champion')).toMatchObject({
    profile: { games_played: 10 },
    ratings: { default: { version: 10 } },
  });
  expect(await changes()).toBe(20);
});

test('results that share a player are computed one after the other', async () => {
  await play('m1', 'a', 'b');
  await play('m2', 'a', 'c');
  await report(redWins('m1'), redWins('m2'));
  const [one, two] = await fleet.db
    .collection('rating_changes')
    .find({ player_id: 'a' })
    .sort({ match_id: 1 })
    .toArray();

  expect(two?.['before']).toEqual(one?.['after']);
});

test('a match nobody knows, a team that did not play, a team left out and a second result are refused by name', async () => {
  await play('m', 'a', 'b');
  await play('n', 'a', 'b');
  await report(redWins('n'));

  const outcome = await report(
    redWins('ghost'),
    {
      matchId: 'm',
      teams: [
        { name: 'red', rank: 1 },
        { name: 'green', rank: 2 },
      ],
    },
    { matchId: 'm', teams: [{ name: 'red', rank: 1 }] },
    {
      matchId: 'n',
      teams: [
        { name: 'red', score: 0 },
        { name: 'blue', score: 1 },
      ],
    },
    redWins('m'),
  );

  expect(outcome).toMatchObject({
    kind: 'done',
    refusals: [
      { index: 0, reason: 'matchId: there is no match ghost' },
      { index: 1, reason: expect.stringContaining('green did not play') },
      { index: 2, reason: expect.stringContaining('blue played') },
      { index: 3, reason: 'matchId: match n already has another result' },
    ],
  });
  expect(await changes()).toBe(4);
});

test('a ladder of its own moves without touching the visible rating', async () => {
  await play('m', 'a', 'b', 'ranked-duo');

  await report(redWins('m'));

  expect(await player('a')).toMatchObject({
    profile: { games_played: 1, current_rating: 1500 },
    ratings: { 'ranked-duo': { version: 1 } },
  });
});

test('a repeat after a crash between record and cache makes the cache whole', async () => {
  await play('m', 'a', 'b');
  await report(redWins('m'));
  await fleet.cacheRedis.del('ratings:a');

  await report(redWins('m'));

  expect(await fleet.cacheRedis.hget('ratings:a', 'version')).toBe('1');
});

test('a result that overtakes its own match waits for it, and is refused only when there is none', async () => {
  const outbox = `{${fleet.domain}.matchmaking}:outbox`;
  await fleet.redis.hset(outbox, 'm', JSON.stringify({ matchId: 'm' }));

  expect(await report(redWins('m'))).toMatchObject({ kind: 'later' });

  await play('m', 'a', 'b');
  await fleet.redis.hdel(outbox, 'm');
  expect(await report(redWins('m'))).toMatchObject({ kind: 'done', refusals: [] });
  expect(await changes()).toBe(2);
});
