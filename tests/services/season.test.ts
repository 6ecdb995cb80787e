import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { ratingAt } from '../../jobs/ladder/rating.ts';
import { openFleetStores } from '../support/fleet-stores.ts';
import { ask, command, openRater, play, record, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;
const own = (name: string) => `${fleet.domain}-${name}`;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const start = (season: number, id?: string) =>
  command(fleet.stores, 'start-season', { ladder: 'default', season }, id);
const playOne = (matchId: string, at: number) =>
  play(fleet.stores, 'default', [{ matchId, red: own('a'), blue: own('b'), at }]);
const playAndReport = async (matchId: string, at: number) => {
  await playOne(matchId, at);
  await report(fleet.stores, wins('red', matchId));
};
const player = async (name: string) => (await fleet.stores.players.find([own(name)])).get(own(name))!;

test('a season draws every rating towards 1500, once however often it is started, in the record and in the cache', async () => {
  await playAndReport('m', 1_000);
  const before = await player('a');

  expect(await start(1)).toEqual({ kind: 'done', result: { season: 1 }, refusals: [] });
  expect(await start(1)).toMatchObject({ result: { season: 1 } });

  const after = await player('a');
  const expected = ratingAt(before.ratings['default']!, { at: 1_000, season: 1 }, defaultSettings);
  expect(after.ratings['default']).toEqual({ ...expected, version: 2 });
  expect(after.profile.current_rating).toBeLessThan(before.profile.current_rating);
  expect(after.profile.games_played).toBe(1);
  expect(await fleet.cacheRedis.hget(`ratings:${own('a')}`, 'rating')).toBe(
    String(after.profile.current_rating),
  );
});

test('results wait until everybody is brought forward, more players than one document has', async () => {
  const duels = Array.from({ length: 300 }, (_, n) => ({
    ...{ matchId: `m${n}`, red: own(`r${n}`), blue: own(`b${n}`) },
    at: 1_000,
  }));
  await play(fleet.stores, 'default', duels);
  await report(fleet.stores, ...duels.map(({ matchId }) => wins('red', matchId)));
  await playOne('new', 2_000);

  await ask(fleet.stores, 'start-season', { ladder: 'default', season: 1 }, 'asked');
  await record(fleet.stores, [wins('red', 'new')]);
  await openRater(fleet.stores).rate();

  const documents = await fleet.stores.changes.after('default', 300, 10);
  expect(documents.map(({ kind, players }) => [kind, players.length])).toEqual([
    ['season', 0],
    ['brought-forward', 500],
    ['brought-forward', 100],
    ['match', 2],
  ]);
  expect((await player('r0')).ratings['default']?.season).toBe(1);
});

test('only the next season can start', async () => {
  expect(await start(2)).toEqual({
    kind: 'refused',
    reason: 'season: ladder default is in season 0; only the one after it can start',
  });
});

test('a command that comes again, however late, gets its first answer and undoes nothing newer', async () => {
  const put = (sideAdvantage: number, id: string) =>
    command(
      fleet.stores,
      'put-ladder',
      { name: 'default', settings: { ...defaultSettings, sideAdvantage } },
      id,
    );
  const first = await put(10, 'first');
  await put(20, 'second');
  // The queue store has forgotten what it said.
  await fleet.redis.del(domainKeys(fleet.domain).verdict('first'));

  expect(await put(10, 'first')).toEqual(first);

  const { settings } = (await fleet.stores.ladders.read(['default'])).get('default')!;
  expect(settings.sideAdvantage).toBe(20);
});

test("a ladder's settings count from the next match on", async () => {
  const settings = { ...defaultSettings, sideAdvantage: 200 };
  await playAndReport('m', 1_000);
  await command(fleet.stores, 'put-ladder', { name: 'default', settings });
  await play(fleet.stores, 'default', [{ matchId: 'n', red: own('c'), blue: own('d'), at: 1_000 }]);
  await report(fleet.stores, wins('red', 'n'));

  const gain = async (name: string) => (await player(name)).profile.current_rating - 1500;
  expect(await gain('c')).toBeLessThan(await gain('a'));
});
