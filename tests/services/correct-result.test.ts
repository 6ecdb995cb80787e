import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { domainKeys } from '../../jobs/keys.ts';
import { defaultSettings } from '../../jobs/ladder/ladder.ts';
import { mostRecomputed } from '../../jobs/rating-update/jobs.ts';
import { askLadders } from '../../workers/rating-update/ask-ladder.ts';
import { openFleetStores, perform } from '../support/fleet-stores.ts';
import { deathOf, everyDeath, mortal } from '../support/mortal.ts';
import { signedLadderCommand } from '../support/operator.ts';
import { ask, command, type Duel, openRater, play, record, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
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

/**
 * The same matches on two ladders: `main` has the first result wrong, `right` had it right from the start.
 */
async function playBoth(count: number) {
  const [main, right] = [season('m', count), season('r', count)];
  await play(fleet.stores, 'main', main);
  await play(fleet.stores, 'right', right);
  await report(fleet.stores, ...redWinsAll(main));
  await report(fleet.stores, wins('blue', 'r0'), ...redWinsAll(right.slice(1)));
}
const why = { reason: 'the referee erred' };
const correct = (winner: 'red' | 'blue' = 'blue', matchId = 'm0', id?: string) =>
  command(fleet.stores, 'correct-result', { result: wins(winner, matchId), ...why }, id);
const askToCorrect = (id: string) =>
  ask(fleet.stores, 'correct-result', { result: wins('blue', 'm0'), ...why }, id);
const chain = (ladder: string) => fleet.stores.changes.after(ladder, 0, 10_000);
const ratedAgain = async (revision: number) =>
  (await chain('main')).filter((it) => it.kind === 'match' && it.revision === revision).length;
const unfinished = async () => (await fleet.stores.ladders.read(['main'])).get('main')?.unfinished;

/** Every player's rating on a ladder, without what only counts changes. */
async function ratings(ladder: string) {
  const found = await fleet.stores.players.find(players);
  return players.map((id) => {
    const { mu = 0, sigma = 0, at, games, season: inSeason } = found.get(id)?.ratings[ladder] ?? {};
    return { mu: mu.toFixed(9), sigma: sigma.toFixed(9), at, games, inSeason };
  });
}

test('a corrected result rates everybody as if it had been reported right in the first place', async () => {
  await playBoth(20);
  expect(await ratings('main')).not.toEqual(await ratings('right'));

  expect(await correct()).toMatchObject({ kind: 'done', result: { matches: 20, revision: 21 } });

  expect(await ratings('main')).toEqual(await ratings('right'));
  expect((await fleet.stores.matches.find(['m0'])).get('m0')).toMatchObject({
    result: { teams: wins('blue', 'm0').teams },
    corrections: [{ replaced: { teams: wins('red', 'm0').teams }, by: 'ann', ...why, revision: 21 }],
  });
  expect(await unfinished()).toBeUndefined();
  const { profile } = (await fleet.stores.players.find(['a'])).get('a')!;
  expect(profile.games_played).toBe(
    2 * season('', 20).filter(({ red, blue }) => red === 'a' || blue === 'a').length,
  );
});

test('only what the correction reaches is rated again, and later corrections go on from earlier ones', async () => {
  await playBoth(20);
  await play(fleet.stores, 'main', [{ matchId: 'apart', red: 'x', blue: 'y', at: 30_000 }]);
  await report(fleet.stores, wins('red', 'apart'));

  expect(await correct('blue', 'm12')).toMatchObject({ result: { matches: 9, revision: 22 } });
  expect(await ratedAgain(22)).toBe(8);
  await correct('red', 'm12');
  await correct();

  expect(await ratings('main')).toEqual(await ratings('right'));
});

test('a correction that is retried late does not undo a newer one', async () => {
  await playBoth(3);
  const first = await correct('blue', 'm0', 'first');
  await correct('red', 'm0', 'second');
  const before = await chain('main');
  // The queue store has forgotten what it said.
  await fleet.redis.del(domainKeys(fleet.domain).verdict('first-0'));

  expect(await correct('blue', 'm0', 'first')).toEqual(first);

  expect(await chain('main')).toEqual(before);
});

test('a match is rated again by the settings and in the season that held then', async () => {
  for (const [ladder, prefix, first] of [
    ['main', 'm', 'red'],
    ['right', 'r', 'blue'],
  ] as const) {
    const duels = season(prefix, 15);
    await play(fleet.stores, ladder, duels);
    await report(fleet.stores, wins(first, `${prefix}0`), ...redWinsAll(duels.slice(1, 5)));
    const settings = { ...defaultSettings, sideAdvantage: 100, seasonKeeps: 0.5 };
    await command(fleet.stores, 'put-ladder', { name: ladder, settings });
    await report(fleet.stores, ...redWinsAll(duels.slice(5, 10)));
    await command(fleet.stores, 'start-season', { ladder, season: 1 });
    await command(fleet.stores, 'put-ladder', { name: ladder, settings: defaultSettings });
    await report(fleet.stores, ...redWinsAll(duels.slice(10, 12)));
  }

  await correct();

  expect(await ratings('main')).toEqual(await ratings('right'));
});

test('results that come while a correction is under way wait for it, those of other ladders do not', async () => {
  await playBoth(3);
  await play(fleet.stores, 'main', [{ matchId: 'new', red: 'a', blue: 'b', at: 9_000 }]);
  await play(fleet.stores, 'right', [{ matchId: 'other', red: 'a', blue: 'b', at: 9_000 }]);
  await askToCorrect('c');
  await record(fleet.stores, [wins('red', 'new'), wins('red', 'other')]);

  const rater = openRater(fleet.stores);
  await rater.rate();
  await rater.rate('main');

  expect((await chain('main')).slice(3).map((it) => it.kind)).toEqual(
    'correction match match match corrected match'.split(' '),
  );
  expect(await ratings('main')).toEqual(await ratings('right'));
});

test('a late duplicate of the first report is no second result', async () => {
  await playBoth(2);
  await correct();
  const before = await chain('main');

  const { refused } = await report(fleet.stores, wins('red', 'm0'));

  expect(refused).toEqual([]);
  expect(await chain('main')).toEqual(before);
});

test('the cache learns of the new ratings', async () => {
  const mine = { matchId: 'm', red: `${fleet.domain}-a`, blue: `${fleet.domain}-b`, at: 1 };
  await play(fleet.stores, 'default', [mine]);
  await report(fleet.stores, wins('red', 'm'));

  await correct('blue', 'm');

  const now = (await fleet.stores.players.find([mine.red])).get(mine.red)?.profile.current_rating;
  expect(now).toBeLessThan(1500);
  expect(await fleet.cacheRedis.hget(`ratings:${mine.red}`, 'rating')).toBe(String(now));
});

test('a rater that dies after each of its steps, again and again, finishes a correction once (invariant 5)', async () => {
  await playBoth(30);
  await askToCorrect('c');

  const calls = await everyDeath((death) =>
    deathOf(openRater(mortal(fleet.stores, death)).rate('main'), death),
  );

  expect(calls.length).toBeGreaterThan(8);
  expect(await unfinished()).toBeUndefined();
  expect(await ratings('main')).toEqual(await ratings('right'));
  expect(await ratedAgain(31)).toBe(30);
});

test('several raters with one correction at once are as one (invariant 5)', async () => {
  await playBoth(30);
  await askToCorrect('c');

  await Promise.all([1, 2, 3].map(() => openRater(fleet.stores).rate('main')));

  expect(await ratings('main')).toEqual(await ratings('right'));
  expect(await ratedAgain(31)).toBe(30);
});

test('what cannot be corrected is refused by name', async () => {
  await playBoth(1);
  await play(fleet.stores, 'main', [{ matchId: 'open', red: 'a', blue: 'b', at: 1 }]);

  expect(await correct('blue', 'ghost')).toEqual({
    kind: 'refused',
    reason: 'matchId: there is no match ghost',
  });
  expect(await correct('blue', 'open')).toMatchObject({
    reason: expect.stringContaining('has no result yet'),
  });
  expect(await correct('red', 'm0')).toMatchObject({ kind: 'done', result: { matches: 0 } });
  const handle = askLadders({ ...fleet.stores, wake: async () => undefined });
  const item = { result: wins('red', 'm0'), ...why };
  const asked = await signedLadderCommand(fleet.stores, fleet.domain, { kind: 'correct-result', item });
  expect(await perform(handle, [asked], { kind: 'player', playerId: 'a' })).toMatchObject({
    kind: 'refused',
  });
});

test(`more than ${mostRecomputed} matches since are refused with a message, and nothing changes`, async () => {
  await playBoth(1);
  const since = Array.from({ length: mostRecomputed }, (_, n) => ({
    ...{ _id: `x${n}`, ladder: 'main', kind: 'match', match_id: `x${n}`, revision: 0 },
    ...{ ordinal: n + 2, players: [] },
  }));
  await fleet.db.collection<{ _id: string }>('rating_changes').insertMany(since);

  expect(await correct()).toEqual({
    kind: 'refused',
    reason: expect.stringContaining(`ladder main has rated more than ${mostRecomputed} matches since m0`),
  });
  expect(await unfinished()).toBeUndefined();
});
