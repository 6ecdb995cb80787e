import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { openFleetStores } from '../support/fleet-stores.ts';
import { openRater, play, record, report, wins } from '../support/played.ts';

let fleet: Awaited<ReturnType<typeof openFleetStores>>;

beforeEach(async () => {
  fleet = await openFleetStores();
  onTestFinished(() => fleet[Symbol.asyncDispose]());
});

const ladderTimes = async () => {
  const found = await fleet.stores.changes.latest(['m1', 'm2', 'm3']);
  return ['m1', 'm2', 'm3'].map((id) => found.get(id)?.ladder_time);
};
const rating = async (playerId: string) =>
  (await fleet.stores.players.find([playerId])).get(playerId)!.ratings['main']!;
const three = () =>
  play(fleet.stores, 'main', [
    { matchId: 'm1', red: 'a', blue: 'b', at: 1_000 },
    { matchId: 'm2', red: 'a', blue: 'c', at: 2_000 },
    { matchId: 'm3', red: 'a', blue: 'd', at: 3_000 },
  ]);

test('results are rated in the order in which they were reported (invariant 5)', async () => {
  await three();

  await report(fleet.stores, wins('red', 'm1'), wins('red', 'm2'), wins('blue', 'm3'));

  expect(await ladderTimes()).toEqual([1_000, 2_000, 3_000]);
  const changes = await fleet.stores.changes.after('main', 0, 10);
  expect(changes.map((change) => change.players[0]?.after.version)).toEqual([1, 2, 3]);
});

test('a result that comes late is rated after what its players played since, and is so again in a recompute', async () => {
  await three();

  await report(fleet.stores, wins('red', 'm2'), wins('red', 'm3'));
  await report(fleet.stores, wins('red', 'm1'));

  expect(await ladderTimes()).toEqual([3_001, 2_000, 3_000]);
  expect(await rating('a')).toMatchObject({ version: 3, at: 3_001 });
});

test('whoever left half-way is moved for half of the match, as the result says; a stranger in it is refused', async () => {
  await three();

  const { refused } = await report(
    fleet.stores,
    { ...wins('red', 'm1'), played: [{ playerId: 'b', share: 0.5 }] },
    { ...wins('red', 'm2'), played: [{ playerId: 'nobody', share: 0.5 }] },
    wins('red', 'm3'),
  );

  expect(refused).toEqual([['m2', 'played: nobody is not a player of match m2']]);
  expect((await fleet.stores.matches.find(['m1'])).get('m1')?.result?.played).toEqual([
    { playerId: 'b', share: 0.5 },
  ]);
  const [half, whole] = [await rating('b'), await rating('d')];
  expect(half.sigma).toBeGreaterThan(whole.sigma);
});

test('results on two ladders in one job move each ladder alone, and count as two games', async () => {
  await play(fleet.stores, 'main', [{ matchId: 'm1', red: 'a', blue: 'b', at: 1 }]);
  await play(fleet.stores, 'other', [{ matchId: 'o1', red: 'b', blue: 'a', at: 1 }]);

  await report(fleet.stores, wins('red', 'm1'), wins('red', 'o1'));

  const a = (await fleet.stores.players.find(['a'])).get('a')!;
  expect(a.ratings['main']!.mu).toBeGreaterThan(25);
  expect(a.ratings['other']!.mu).toBeLessThan(25);
  expect(a.profile).toMatchObject({ games_played: 2, current_rating: 1500 });
});

test('of two raters that have different results of one match at once, one refuses its own by name', async () => {
  await three();
  await report(fleet.stores, wins('red', 'm1'));
  let looks = 0;
  // The other rater looked before the first one's result was there.
  const matches = {
    ...fleet.stores.matches,
    find: async (...args: Parameters<typeof fleet.stores.matches.find>) => {
      const found = await fleet.stores.matches.find(...args);
      if (looks++ > 0) return found;
      return new Map([...found].map(([id, { result, ...unrated }]) => [id, unrated]));
    },
  };
  await record(fleet.stores, [wins('blue', 'm1'), wins('red', 'm2')]);

  const rater = openRater({ ...fleet.stores, matches });
  await rater.rate();

  expect(rater.refused).toEqual([['m1', 'matchId: match m1 already has another result']]);
  expect(await rating('a')).toMatchObject({ version: 2 });
});
