import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import type { MatchResult } from '../../jobs/ladder/result.ts';
import { recordResults } from '../../workers/rating-update/update-ratings.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { openRater, play as playAt, record, report as reportAll } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const play = (matchId: string, red: string, blue: string, ladder = 'default') =>
  playAt(fleet.stores, ladder, [{ matchId, red, blue, at: 0 }]);
const redWins = (matchId: string): MatchResult => ({
  matchId,
  teams: [
    { name: 'red', score: 1 },
    { name: 'blue', score: 0 },
  ],
});
const report = (...results: MatchResult[]) => reportAll(fleet.stores, ...results);
const player = async (playerId: string) => (await fleet.stores.players.find([playerId])).get(playerId);
const documents = () => fleet.db.collection('rating_changes').find().sort({ ordinal: 1 }).toArray();

test('a result moves every player of its match, keeps the change and the result, and tells the cache', async () => {
  await play('m', 'a', 'b');

  const { rated } = await report(redWins('m'));

  expect(await player('a')).toMatchObject({
    profile: { games_played: 1 },
    ratings: { default: { version: 1, games: 1 } },
  });
  const [winner, loser] = [await player('a'), await player('b')];
  expect(winner?.profile.current_rating).toBeGreaterThan(1500);
  expect(loser?.profile.current_rating).toBeLessThan(1500);
  expect(await documents()).toMatchObject([
    { _id: 'match/m', ladder: 'default', ordinal: 1, players: [{ player_id: 'a' }, { player_id: 'b' }] },
  ]);
  expect((await fleet.stores.matches.find(['m'])).get('m')).toMatchObject({
    result: { teams: redWins('m').teams },
  });
  expect((await fleet.stores.ladders.read(['default'])).get('default')?.flushed).toBe(1);
  expect(await fleet.cacheRedis.hget('ratings:a', 'rating')).toBe(String(winner?.profile.current_rating));
  expect(rated.map(([id]) => id).sort()).toEqual(['a', 'b']);
});

test('a result reported again changes nothing (invariant 5)', async () => {
  await play('m', 'a', 'b');
  await report(redWins('m'));
  const before = await player('a');

  const { rated, refused } = await report(redWins('m'), redWins('m'));

  expect(await player('a')).toEqual(before);
  expect(await documents()).toHaveLength(1);
  expect([rated, refused]).toEqual([[], []]);
});

test('many raters that believe they are the only ones rate each match once (invariant 5)', async () => {
  const ids = Array.from({ length: 30 }, (_, n) => `m${n}`);
  for (const [n, id] of ids.entries()) await play(id, 'champion', `p${n % 7}`);
  const raters = Array.from({ length: 4 }, () => openRater(fleet.stores));

  for (let from = 0; from < ids.length; from += 10) {
    await record(fleet.stores, ids.slice(from, from + 10).map(redWins));
    await Promise.all(raters.map((rater) => rater.rate()));
  }

  expect(await player('champion')).toMatchObject({
    profile: { games_played: 30 },
    ratings: { default: { version: 30, games: 30 } },
  });
  expect((await documents()).map((it) => it['ordinal'])).toEqual(ids.map((_, n) => n + 1));
});

test('results that share a player are computed one after the other', async () => {
  await play('m1', 'a', 'b');
  await play('m2', 'a', 'c');
  await report(redWins('m1'), redWins('m2'));

  const [one, two] = await documents();
  expect(two?.['players'][0].before).toEqual(one?.['players'][0].after);
});

test('a match nobody knows, a team that did not play, a team left out and a second result are refused by name, and kept', async () => {
  await play('m', 'a', 'b');
  await play('n', 'a', 'b');
  await report(redWins('n'));

  const { refused } = await report(
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

  expect(new Set(refused)).toEqual(
    new Set([
      ['ghost', 'matchId: there is no match ghost'],
      ['m', expect.stringContaining('green did not play')],
      ['m', expect.stringContaining('blue played')],
      ['n', 'matchId: match n already has another result'],
    ]),
  );
  expect(await fleet.redis.xlen(domainKeys(fleet.domain).refusedResults())).toBe(4);
  expect(await documents()).toHaveLength(2);
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

test('an enqueued result waits while its match is being placed, and is recorded after', async () => {
  const outbox = domainKeys(fleet.domain).outbox();
  await fleet.redis.hset(outbox, 'm', JSON.stringify({ matchId: 'm' }));
  const woken: string[] = [];
  const enqueue = () =>
    perform(
      recordResults(fleet.stores.pool, async (ladder) => void woken.push(ladder)),
      [redWins('m')],
    );

  expect(await enqueue()).toMatchObject({ kind: 'later' });

  await play('m', 'a', 'b');
  await fleet.redis.hdel(outbox, 'm');
  expect(await enqueue()).toMatchObject({ kind: 'done', results: [{ matchId: 'm', status: 'recorded' }] });
  expect(woken).toEqual(['default']);
  const rater = openRater(fleet.stores);
  await rater.rate();
  expect(rater.refused).toEqual([]);
  expect(await documents()).toHaveLength(1);
});

test('a rating that would be no number is refused with the match named, and those beside it are rated', async () => {
  await play('m', 'a', 'b');
  await play('n', 'c', 'd');
  const broken = { mu: Number.NaN, sigma: 8, version: 1, games: 1, at: 0, season: 0 };
  await fleet.stores.players.move(
    'default',
    [{ playerId: 'a', rating: broken, from: undefined }],
    new Date(),
  );

  const { refused } = await report(redWins('m'), redWins('n'));

  expect(refused).toEqual([['m', expect.stringContaining('match m would give player')]]);
  expect(await documents()).toMatchObject([{ _id: 'match/n' }]);
});
