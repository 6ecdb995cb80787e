import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { defaultSettings } from '../../jobs/rating-update/ladder.ts';
import { ratingAt } from '../../jobs/rating-update/rating.ts';
import type { Request } from '../../workers/enqueue.ts';
import { storeLadder } from '../../workers/rating-update/put-ladder.ts';
import { type SeasonStores, startSeasons } from '../../workers/rating-update/reset-season.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { play, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
let enqueued: Request<never>[];
const queues = {
  enqueue: async (request: Request<never>) => {
    enqueued.push(request);
  },
} as unknown as Parameters<typeof startSeasons>[1];
const own = (name: string) => `${fleet.domain}-${name}`;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
  enqueued = [];
});

const start = (season: number, stores: SeasonStores = fleet.stores) =>
  perform(startSeasons(stores, queues), [{ ladder: 'default', season, after: '' }]);
const playAndReport = async (matchId: string, at: number) => {
  await play(fleet.stores, 'default', [{ matchId, red: own('a'), blue: own('b'), at }]);
  await report(fleet.stores, wins('red', matchId));
};
const player = async (name: string) => (await fleet.stores.players.find([own(name)])).get(own(name))!;

test('a season draws every rating towards 1500, once however often it is started, in the record and in the cache', async () => {
  await playAndReport('m', 1_000);
  const before = await player('a');

  await start(1);
  await start(1);

  const after = await player('a');
  const expected = ratingAt(before.ratings['default']!, { at: 1_000, season: 1 }, defaultSettings);
  expect(after.ratings['default']).toEqual({ ...expected, version: 2 });
  expect(after.profile.current_rating).toBeLessThan(before.profile.current_rating);
  expect(after.profile.games_played).toBe(1);
  expect(await fleet.cacheRedis.hget(`ratings:${own('a')}`, 'rating')).toBe(
    String(after.profile.current_rating),
  );
});

test('a match played before the player was brought forward is rated as of the new season all the same', async () => {
  await playAndReport('m', 1_000);
  const { ratings } = await player('a');
  await fleet.stores.database.client.withSession((session) =>
    session.withTransaction(() => fleet.stores.ladders.startSeason('default', 1, session)),
  );
  await playAndReport('n', 2_000);
  const played = await player('a');
  await start(1);

  expect(played.ratings['default']).toMatchObject({ season: 1, version: 2 });
  expect(played.ratings['default']!.sigma).not.toBe(ratings['default']!.sigma);
  expect(await player('a')).toEqual(played);
});

test('only the next season can start', async () => {
  expect(await start(2)).toEqual({
    kind: 'refused',
    reason: 'season: ladder default is in season 0; only the one after it can start',
  });
});

test('a crash between record and cache is made good by the repeat', async () => {
  await playAndReport('m', 1_000);
  const cache = { ...fleet.stores.cache, putRatings: () => Promise.reject(new Error('the worker died')) };
  await expect(start(1, { ...fleet.stores, cache })).rejects.toThrow('the worker died');

  await start(1);

  const { current_rating } = (await player('a')).profile;
  expect(await fleet.cacheRedis.hget(`ratings:${own('a')}`, 'rating')).toBe(String(current_rating));
  expect((await player('a')).ratings['default']?.version).toBe(2);
});

test("a ladder's settings count from the next match on", async () => {
  const settings = { ...defaultSettings, sideAdvantage: 200 };
  await playAndReport('m', 1_000);
  await perform(storeLadder(fleet.stores), [{ name: 'default', settings }]);
  await play(fleet.stores, 'default', [{ matchId: 'n', red: own('c'), blue: own('d'), at: 1_000 }]);
  await report(fleet.stores, wins('red', 'n'));

  const gain = async (name: string) => (await player(name)).profile.current_rating - 1500;
  expect(await gain('c')).toBeLessThan(await gain('a'));
});
